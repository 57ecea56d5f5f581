/** A fork as it begins: its parent's configuration, and how much of its parent's conversation it is to get. */
import {
  type AgentSessionId,
  CcError,
  isTurnOver,
  type SessionConfig,
  type SessionId,
  type TurnId,
} from "@cc-docker/protocol";
import type { SessionRow, StoreReader, StoreWriter, TranscriptRow } from "../../ports/store/store.ts";
import type { NewSession } from "./session-writer.ts";

export type ForkSession = {
  owner: string;
  sessionId: SessionId;
  /** The newest turn that is over, when absent. */
  turnId?: TurnId | undefined;
  /** What is to be otherwise than the parent's. */
  config: SessionConfig;
  name?: string | undefined;
  idempotencyKey?: string | undefined;
};

/** Whose files it is to get, and the part of whose conversation, is noted with it: they are copied later. */
export type ForkOrigin = Pick<
  NewSession,
  "config" | "name" | "workspace" | "forkedFrom" | "filesFrom" | "transcriptSpan" | "agentSessionId"
>;
type Span = NonNullable<SessionRow["transcriptSpan"]>;

const PAGE_BYTES = 64 * 1024;

/** @throws CcError SESSION_NOT_FOUND, TURN_NOT_FOUND, TURN_NOT_OVER */
export async function drawFork(
  tx: StoreWriter,
  { newId, ...wish }: ForkSession & { newId: () => string },
): Promise<ForkOrigin> {
  const parent = await requireParent(tx, wish);
  const turnId = await findTurn(tx, wish);
  const transcriptSpan = await findSpan(tx, parent, turnId);
  return {
    config: { ...parent.config, ...wish.config },
    name: wish.name,
    workspace: parent.workspace,
    forkedFrom: { sessionId: parent.id, ...(turnId && { turnId }) },
    filesFrom: parent.filesFrom ?? parent.id, // a fork that has no files yet is to have the same as its parent's copy
    ...(transcriptSpan && { transcriptSpan, agentSessionId: newId() as AgentSessionId }),
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

/** What holds no message is no conversation to go on with. A parent that has not its own yet is to get what it gets. */
async function findSpan(tx: StoreReader, parent: SessionRow, turnId: TurnId | undefined): Promise<Span | undefined> {
  if (parent.filesFrom) return parent.transcriptSpan && { after: 0, before: parent.transcriptSpan.before };
  const before = await tx.findTranscriptEnd(parent.id, turnId);
  return (await hasMessage(tx, parent.id, before)) ? { after: 0, before } : undefined;
}

/** Conversations begin with a few notes of the agent: as a rule the first page tells. */
async function hasMessage(tx: StoreReader, sessionId: SessionId, before: number): Promise<boolean> {
  for (let after = 0; ; ) {
    const page = await tx.readTranscript(sessionId, { after, before, maxBytes: PAGE_BYTES });
    const last = page.at(-1);
    if (!last || page.some(isMessage)) return last !== undefined;
    after = last.position;
  }
}

function isMessage({ subpath, type }: TranscriptRow): boolean {
  return subpath === undefined && (type === "user" || type === "assistant");
}
