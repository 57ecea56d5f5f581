/** `ccd chat` once it is called: which session, the conversation, and what becomes of the session. */
import type { Client } from "@cc-docker/client";
import { CcError, type Session } from "@cc-docker/protocol";
import type { Json } from "../command.ts";
import type { Io } from "../io.ts";
import { printableLine } from "../output/printable.ts";
import { connect } from "../server/connect.ts";
import { type ConfigInput, isConfigured, toConfig } from "../session/config-options.ts";
import { createSession } from "../session/create-session.ts";
import { listOpenApprovals } from "../session/find-approval.ts";
import { findSession } from "../session/find-session.ts";
import { removeSession } from "../session/remove-session.ts";
import { isPlaced, toWorkspace, type WorkspaceInput } from "../session/workspace-options.ts";
import { type Chat, converse } from "./converse.ts";

type Opened = Pick<Chat, "sessionId" | "after" | "asked"> & { session: Session };

export type ChatInput = { session?: string; rm?: true } & WorkspaceInput & ConfigInput & Json;

export async function chat(input: ChatInput, io: Io): Promise<number> {
  const client = await connect(io.env);
  const isNew = input.session === undefined;
  const { session, ...opened } = isNew ? await openNew(client, input, io) : await openKnown(client, input, io);
  let hasSent = false;
  try {
    const onSent = () => {
      hasSent = true;
    };
    if (io.terminal && !input.json) await io.stderr.write(`${printableLine(describeChat(session))}\n`);
    return await converse(client, { ...opened, json: input.json === true, onSent }, io);
  } finally {
    await leave(client, opened.sessionId, { isRemoved: input.rm === true || (isNew && !hasSent), io });
  }
}

/** Started at once: while the first prompt is typed it gets ready. */
async function openNew(client: Client, input: ChatInput, io: Io): Promise<Opened> {
  const workspace = await toWorkspace(input, io);
  const config = toConfig({ ...input, mode: input.mode ?? "ask" });
  const session = await createSession(client, { ...workspace, config }, io);
  return { session, sessionId: session.id, after: 0, asked: [] };
}

/** @throws CcError REQUEST_INVALID when it is to be configured */
async function openKnown(client: Client, input: ChatInput, io: Io): Promise<Opened> {
  const { signal } = io;
  if (isConfigured(input) || isPlaced(input))
    throw new CcError(
      "REQUEST_INVALID",
      "The options of a new session go with none that is there already: it has its own.",
    );
  const sessionId = await findSession(client, input.session, io);
  const session = await client.sessions.get.query({ sessionId }, { signal });
  return { session, sessionId, after: session.lastSeq, asked: await listOpenApprovals(client, { sessionId }, signal) };
}

/** Where a person is before the first prompt: what it is about is not asked by a bare mark. */
function describeChat(session: Session): string {
  const { id, name, config } = session;
  const where = session.workspace.type === "host" ? session.workspace.path : "an empty workspace of its own";
  const mode = config.permissionMode === "ask" ? "asks before it changes something" : "uses its tools without asking";
  const called = name === undefined ? "" : ` (${name})`;
  return `session ${id.slice(0, 8)}${called} in ${where}; its agent ${mode}; /help shows what you can type`;
}

async function leave(
  client: Client,
  sessionId: Chat["sessionId"],
  { isRemoved, io }: { isRemoved: boolean; io: Io },
): Promise<void> {
  const tell = (text: string) => io.stderr.write(`${printableLine(text)}\n`);
  if (isRemoved) return removeSession(client, sessionId, (message) => void tell(message));
  await tell(
    `session ${sessionId} stays: \`ccd chat ${sessionId}\` goes on with it, \`ccd rm ${sessionId}\` removes it`,
  );
}
