/**
 * The newest batches of each followed session, as they were stored: followers that keep up are served from here, so a
 * batch is read from nowhere, however many follow. What is not here is in the store.
 */
import type { SessionId } from "@cc-docker/protocol";
import type { EventRow } from "../../ports/store/store.ts";

export type RecentEvents = {
  /** From now on the session's batches are kept; until the returned function is called by the last who asked. */
  keep(sessionId: SessionId): () => void;
  /** A batch that has become durable. */
  add(sessionId: SessionId, batch: readonly EventRow[]): void;
  /**
   * Of the events after `after` those of the first batch that has any, or nothing when the store has to be asked. All
   * who kept up get the same array.
   */
  read(sessionId: SessionId, after: number): readonly EventRow[];
};

/** What a wrapper sends at once fits, with what an event adds to it. A larger batch is one long message. */
const MAX_BATCH_CHARACTERS = 192 * 1024;
/** Batches before the newest are kept while all are no larger: many followers take a few turns of the event loop. */
const MAX_CHARACTERS = 64 * 1024;

const NONE: readonly EventRow[] = [];

type Batch = { rows: readonly EventRow[]; first: number; last: number; characters: number };

export function createRecentEvents(): RecentEvents {
  const kept = new Map<SessionId, { followers: number; batches: Batch[] }>();

  function keep(sessionId: SessionId): () => void {
    const entry = kept.get(sessionId) ?? { followers: 0, batches: [] };
    kept.set(sessionId, entry);
    entry.followers += 1;
    return () => {
      entry.followers -= 1;
      if (entry.followers === 0) kept.delete(sessionId);
    };
  }

  function add(sessionId: SessionId, rows: readonly EventRow[]): void {
    const entry = kept.get(sessionId);
    const [first, last] = [rows[0]?.seq, rows.at(-1)?.seq];
    if (!entry || first === undefined || last === undefined) return;
    const characters = rows.reduce((total, { json }) => total + json.length, 0);
    if (characters > MAX_BATCH_CHARACTERS) entry.batches = [];
    else entry.batches = [...newest(entry.batches, MAX_CHARACTERS - characters), { rows, first, last, characters }];
  }

  function read(sessionId: SessionId, after: number): readonly EventRow[] {
    const batch = kept.get(sessionId)?.batches.findLast(({ first }) => first <= after + 1); // mostly it is the last
    if (!batch || batch.last <= after) return NONE;
    return batch.first === after + 1 ? batch.rows : batch.rows.filter(({ seq }) => seq > after);
  }

  return { keep, add, read };
}

/** The last of the batches that together have no more characters. */
function newest(batches: readonly Batch[], maxCharacters: number): Batch[] {
  let characters = 0;
  const first = batches.findLastIndex((batch) => (characters += batch.characters) > maxCharacters);
  return batches.slice(first + 1);
}
