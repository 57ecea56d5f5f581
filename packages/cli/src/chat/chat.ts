/** `ccd chat` once it is called: which session, the conversation, and what becomes of the session. */
import type { Client } from "@cc-docker/client";
import { CcError } from "@cc-docker/protocol";
import type { Json } from "../command.ts";
import type { Io } from "../io.ts";
import { printableLine } from "../output/printable.ts";
import { connect } from "../server/connect.ts";
import { type ConfigInput, isConfigured, toConfig } from "../session/config-options.ts";
import { listOpenApprovals } from "../session/find-approval.ts";
import { findSession } from "../session/find-session.ts";
import { removeSession } from "../session/remove-session.ts";
import { isPlaced, toWorkspace, type WorkspaceInput } from "../session/workspace-options.ts";
import { type Chat, converse } from "./converse.ts";

type Opened = Pick<Chat, "sessionId" | "after" | "asked">;

export type ChatInput = { session?: string; rm?: true } & WorkspaceInput & ConfigInput & Json;

export async function chat(input: ChatInput, io: Io): Promise<number> {
  const client = await connect(io.env);
  const isNew = input.session === undefined;
  const session = isNew ? await openNew(client, input, io) : await openKnown(client, input, io);
  let hasSent = false;
  try {
    const onSent = () => {
      hasSent = true;
    };
    return await converse(client, { ...session, json: input.json === true, onSent }, io);
  } finally {
    await leave(client, session.sessionId, { isRemoved: input.rm === true || (isNew && !hasSent), io });
  }
}

/** Started at once: while the first prompt is typed it gets ready. Not interruptible: the answer holds the id. */
async function openNew(client: Client, input: ChatInput, io: Io): Promise<Opened> {
  const workspace = await toWorkspace(input, io);
  const { id: sessionId } = await client.sessions.create.mutate({
    ...workspace,
    config: toConfig({ ...input, mode: input.mode ?? "ask" }),
  });
  return { sessionId, after: 0, asked: [] };
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
  const { lastSeq: after } = await client.sessions.get.query({ sessionId }, { signal });
  return { sessionId, after, asked: await listOpenApprovals(client, { sessionId }, signal) };
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
