/** How many places words stand at, and which of them one is. */
import type { EntrySource } from "../lines-index/entry-source.ts";
import type { LineIndex } from "../lines-index/line-index.ts";
import type { Place } from "../lines-index/walk.ts";
import { findNext } from "./search.ts";

/** More are not counted: each has to be laid out for it. */
export const MOST_COUNTED = 200;

export type MatchCount = {
  /** At most MOST_COUNTED. */
  readonly total: number;
  /** There are more than were counted. */
  readonly isCut: boolean;
  /** From 1 on, the oldest first; `undefined` of one beyond those that were counted. */
  readonly current: number | undefined;
};

/** Of the rows that hold the words, and the entries that hold them where they are folded. */
export function countMatches(
  where: { index: LineIndex; source: EntrySource },
  words: string,
  at: Place | undefined,
): MatchCount {
  const places: Place[] = [];
  let from: Place = { position: where.source.first - 1, row: 0 };
  for (let found = findNext(where, words, from, "down"); found; found = findNext(where, words, from, "down")) {
    if (places.length === MOST_COUNTED) return { total: MOST_COUNTED, isCut: true, current: numberOf(places, at) };
    places.push(found);
    from = found;
  }
  return { total: places.length, isCut: false, current: numberOf(places, at) };
}

function numberOf(places: readonly Place[], at: Place | undefined): number | undefined {
  const index = places.findIndex(({ position, row }) => position === at?.position && row === at.row);
  return index === -1 ? undefined : index + 1;
}
