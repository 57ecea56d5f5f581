/**
 * The newest batch of each followed session, as it was stored: followers that keep up are served from here, so a batch
 * is read from nowhere, however many follow. What is not here is in the store.
 */
import type { SessionId } from "@cc-docker/protocol";
import type { EventRow } from "../../ports/store/store.ts";

export type RecentEvents = {
  /** From now on the session's batches are kept; until the returned function is called by the last who asked. */
  keep(sessionId: SessionId): () => void;
  /** A batch that has become durable. */
  add(sessionId: SessionId, batch: readonly EventRow[]): void;
  /** The events right after `after`, or nothing when the store has to be asked. All who kept up get the same array. */
  read(sessionId: SessionId, after: number): readonly EventRow[];
};

/**
 * What a wrapper sends at once fits, with what an event adds to it. A larger batch is not worth the memory: it is one
 * long message, and reading it back is the smaller part of sending it.
 */
const MAX_BATCH_CHARACTERS = 768 * 1024;

const NONE: readonly EventRow[] = [];

export function createRecentEvents(): RecentEvents {
  const kept = new Map<SessionId, { followers: number; batch: readonly EventRow[] }>();

  function keep(sessionId: SessionId): () => void {
    const entry = kept.get(sessionId) ?? { followers: 0, batch: [] };
    kept.set(sessionId, entry);
    entry.followers += 1;
    return () => {
      entry.followers -= 1;
      if (entry.followers === 0) kept.delete(sessionId);
    };
  }

  function add(sessionId: SessionId, batch: readonly EventRow[]): void {
    const entry = kept.get(sessionId);
    if (!entry || batch.length === 0) return;
    const characters = batch.reduce((total, { json }) => total + json.length, 0);
    entry.batch = characters > MAX_BATCH_CHARACTERS ? [] : batch;
  }

  function read(sessionId: SessionId, after: number): readonly EventRow[] {
    const batch = kept.get(sessionId)?.batch ?? NONE;
    const first = batch[0]?.seq ?? Number.POSITIVE_INFINITY;
    if (first === after + 1) return batch;
    return first <= after ? batch.filter(({ seq }) => seq > after) : NONE;
  }

  return { keep, add, read };
}
