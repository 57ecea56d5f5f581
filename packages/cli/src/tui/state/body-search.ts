/** Words are looked for in a session's history. */
import type { EntrySource } from "../text/lines-index/entry-source.ts";
import type { Place } from "../text/lines-index/walk.ts";
import { countMatches } from "../text/search/count-matches.ts";
import { type Direction, findNext, type Match } from "../text/search/search.ts";
import { bringIntoSight, layOutAnew, type Parts } from "./looking.ts";

/** `wrapped`: beyond the last one it begins anew at the other end. */
export type Found = "found" | "wrapped" | "none";

/** Upwards from the newest. Empty: nothing is searched for any more. */
export function searchFor(parts: Parts, text: string): void {
  const { looking } = parts;
  looking.search = text === "" ? undefined : { text, isFound: true };
  looking.matchAt = undefined;
  if (!looking.search || !looking.source) return;
  looking.search = { text, isFound: find(parts, { position: looking.source.end, row: 0 }, "up") };
}

/** How often there is what is searched for. */
export function count({ looking, index }: Parts): void {
  const { search, source, matchAt } = looking;
  if (search && source) looking.search = { ...search, count: countMatches({ index, source }, search.text, matchAt) };
}

/** Beyond the last one the first comes again. */
export function findFurther(parts: Parts, direction: Direction): Found {
  const { source, matchAt, shownFrom } = parts.looking;
  if (!source) return "none";
  if (find(parts, matchAt ?? shownFrom, direction)) return "found";
  const otherEnd = direction === "down" ? source.first - 1 : source.end;
  return find(parts, { position: otherEnd, row: 0 }, direction) ? "wrapped" : "none";
}

/** What is folded is unfolded to show it. */
function find(parts: Parts, from: Place, direction: Direction): boolean {
  const { looking, index, folding } = parts;
  const { source, search } = looking;
  const found = source && search && findNext({ index, source }, search.text, from, direction);
  if (!found) return false;
  looking.matchAt = found.isHidden ? unfold(found) : found;
  bringIntoSight(parts, looking.matchAt);
  return true;

  function unfold({ position, entryId }: Match): Place {
    folding.toggle(entryId);
    index.forget(entryId);
    const start = { position, row: direction === "down" ? -1 : Number.MAX_SAFE_INTEGER };
    const row = findNext({ index, source: source as EntrySource }, search?.text ?? "", start, direction);
    return row?.position === position ? row : { position, row: 0 };
  }
}

/** @returns what shows the same place again, with the same search and what was folded then */
export function keepPlace(parts: Parts): () => void {
  const { looking, folding } = parts;
  const { top, search, matchAt } = looking;
  const fold = folding.keep();
  return () => {
    Object.assign(looking, { top, search, matchAt });
    fold();
    layOutAnew(parts);
  };
}
