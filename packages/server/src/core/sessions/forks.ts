/** A fork as it begins: its parent's configuration, and its parent's conversation up to the end of a turn. */
import {
  type AgentSessionId,
  CcError,
  isTurnOver,
  type SessionConfig,
  type SessionId,
  type TranscriptEntry,
  type TurnId,
} from "@cc-docker/protocol";
import type { SessionRow, StoreReader, StoreWriter, TranscriptRow } from "../../ports/store/store.ts";
import type { SessionChange } from "./session-draft.ts";
import type { NewSession } from "./session-writer.ts";

export type ForkSession = {
  owner: string;
  sessionId: SessionId;
  /** The newest turn that is over, when absent. */
  turnId?: TurnId | undefined;
  /** What is to be otherwise than the parent's. */
  config: SessionConfig;
  idempotencyKey?: string | undefined;
};

const PAGE_BYTES = 4 * 1024 * 1024;

/** The agent's notes of prompts that it was handed: the next turn's comes before that turn's own lines. */
const HANDED = "queue-operation";

/** @throws CcError SESSION_NOT_FOUND, TURN_NOT_FOUND, TURN_NOT_OVER */
export async function drawFork(
  tx: StoreWriter,
  { newId, ...wish }: ForkSession & { newId: () => string },
): Promise<Pick<NewSession, "config" | "forkedFrom" | "filesFrom" | "begin">> {
  const parent = await requireParent(tx, wish);
  const turnId = await findTurn(tx, wish);
  const before = await tx.findPromptAfter(parent.id, turnId);
  return {
    config: { ...parent.config, ...wish.config },
    forkedFrom: { sessionId: parent.id, ...(turnId && { turnId }) },
    filesFrom: parent.filesFrom ?? parent.id, // a fork that has no files yet is to have the same as its parent's copy
    begin: (change) => copyConversation(change, { from: parent.id, before, to: newId() as AgentSessionId }),
  };
}

async function requireParent(tx: StoreReader, { owner, sessionId }: ForkSession): Promise<SessionRow> {
  const parent = await tx.findSession(sessionId);
  if (parent && parent.owner === owner && !parent.deleted) return parent;
  throw new CcError("SESSION_NOT_FOUND", `There is no session ${sessionId}.`);
}

/** All turns before the one that is not over are; a later one may have been taken back while it waited. */
async function findTurn(tx: StoreReader, { sessionId, turnId }: ForkSession): Promise<TurnId | undefined> {
  if (turnId === undefined) {
    const open = await tx.findOpenTurn(sessionId);
    return (await tx.findLastTurn(sessionId, open?.id))?.id;
  }
  const turn = await tx.findTurn(turnId);
  if (turn?.sessionId !== sessionId) throw new CcError("TURN_NOT_FOUND", `Session ${sessionId} has no turn ${turnId}.`);
  const open = await tx.findOpenTurn(sessionId, turnId);
  if (!open) return turnId;
  const which = isTurnOver(turn.status) ? `Turn ${open.id}, which comes before ${turnId},` : `Turn ${turnId}`;
  throw new CcError("TURN_NOT_OVER", `${which} is ${open.status}: what is said in it is not complete.`);
}

type Conversation = { from: SessionId; before: number | undefined; to: AgentSessionId };

/** The lines get the id of a conversation of their own. What holds no message is no conversation to go on with. */
async function copyConversation({ tx, session, patch }: SessionChange, { from, before, to }: Conversation) {
  const waiting: TranscriptRow[] = [];
  let begun = false;
  for (let after = 0; ; ) {
    const page = await tx.readTranscript(from, { after, before, maxBytes: PAGE_BYTES });
    const last = page.at(-1);
    if (!last) break;
    after = last.position;
    const lines = page.filter(({ type }) => type !== HANDED);
    begun ||= lines.some(isMessage);
    waiting.push(...lines.map((line) => rewrite(line, to)));
    if (begun) await tx.insertTranscript(session.id, waiting.splice(0));
  }
  if (begun) patch({ agentSessionId: to });
}

function isMessage({ subpath, type }: TranscriptRow): boolean {
  return subpath === undefined && (type === "user" || type === "assistant");
}

function rewrite({ subpath, uuid, type, json }: TranscriptRow, sessionId: AgentSessionId): TranscriptRow {
  const entry = JSON.parse(json) as TranscriptEntry;
  if (entry["sessionId"] === undefined) return { subpath, uuid, type, json };
  return { subpath, uuid, type, json: JSON.stringify({ ...entry, sessionId }) };
}
