/**
 * Gives a fork its conversation: its parent's up to the end of a turn, under an id of its own. It comes in pieces, so
 * that others are changed between them; the row says how far it has come. What is read was there when the fork was
 * made, and nothing changes it. Of a parent that is being removed the files go first: who copies those finds out.
 */
import type { AgentSessionId, SessionId, TranscriptEntry } from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { KeyedLock } from "../../lib/keyed-lock.ts";
import type { SessionRow, Store, TranscriptRow } from "../../ports/store/store.ts";
import type { SessionChange } from "./session-draft.ts";
import type { SessionWriter } from "./session-writer.ts";

/** To rewrite and to insert so much takes some 10 ms. No two pieces share a commit. */
const PIECE_BYTES = 256 * 1024;

/** The agent's notes of prompts that it was handed: the next turn's comes before that turn's own lines. */
const HANDED = "queue-operation";

type Deps = { store: Store; writer: SessionWriter; inTurn: KeyedLock<"piece"> };

/** Ends with `signal`; the next call goes on. @throws CcError LEASE_LOST, STORE_FULL, STORE_UNAVAILABLE */
export async function copyConversation(deps: Deps, forkId: SessionId, signal: AbortSignal): Promise<void> {
  for (let more = true; more; ) {
    signal.throwIfAborted();
    const fork = await deps.store.findSession(forkId);
    more = fork !== undefined && (await copyPiece(deps, fork));
  }
}

/** @returns whether there was one */
async function copyPiece({ store, writer, inTurn }: Deps, fork: SessionRow): Promise<boolean> {
  const { id, filesFrom, transcriptSpan: span, agentSessionId } = fork;
  if (!filesFrom || !span || !agentSessionId) return false;
  const page = await store.readTranscript(filesFrom, { ...span, maxBytes: PIECE_BYTES });
  const last = page.at(-1);
  if (!last) return false;
  const lines = page.filter(({ type }) => type !== HANDED).map((line) => rewrite(line, agentSessionId));
  const insert = async ({ tx, session, patch }: SessionChange) => {
    if (session.transcriptSpan?.after !== span.after) return; // an earlier start of the fork has copied it meanwhile
    await tx.insertTranscript(id, lines);
    patch({ transcriptSpan: { ...span, after: last.position } });
  };
  await inTurn("piece", () => writer.changeAsHolder(id, insert));
  failpoint("fork.lines-copied");
  return true;
}

function rewrite({ subpath, uuid, type, json }: TranscriptRow, sessionId: AgentSessionId): TranscriptRow {
  const entry = JSON.parse(json) as TranscriptEntry;
  if (entry["sessionId"] === undefined) return { subpath, uuid, type, json };
  return { subpath, uuid, type, json: JSON.stringify({ ...entry, sessionId }) };
}
