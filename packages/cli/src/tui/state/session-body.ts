/** The history of a session as it is looked at: where, how much of it is unfolded, and what is searched for. */
import type { SessionView } from "@cc-docker/client";
import type { Highlight } from "../text/code/layout-code.ts";
import { fillRows, type Line, span } from "../text/line.ts";
import { type EntrySource, sourceOf } from "../text/lines-index/entry-source.ts";
import { createLineIndex, type ScreenRow, type Top } from "../text/lines-index/line-index.ts";
import type { Place } from "../text/lines-index/walk.ts";
import { countMatches, type MatchCount } from "../text/search/count-matches.ts";
import { type Direction, findNext, highlightMatches, type Match } from "../text/search/search.ts";
import type { StyleName } from "../text/theme.ts";
import { MIN_WIDTH } from "../text/wrap/wrap-line.ts";
import { createFolding } from "./folding.ts";

export type Room = { readonly columns: number; readonly rows: number };

export type Search = {
  readonly text: string;
  readonly isFound: boolean;
  /** Once it was counted. */
  readonly count?: MatchCount;
};

/** `wrapped`: beyond the last one it begins anew at the other end. */
export type Found = "found" | "wrapped" | "none";

export type SessionBody = {
  /** The rows that fit, from where it was scrolled to. */
  draw(view: SessionView, room: Room): Line[];
  /** How much of all is above the screen, from 0 to 1. */
  share(): number;
  /** The newest rows are shown, and go on being shown as more come. */
  isAtEnd(): boolean;
  /** Further down when positive. */
  scroll(rows: number): void;
  scrollPages(pages: number): void;
  toStart(): void;
  toEnd(): void;
  /** Unfolds everything, or folds it again. */
  toggleAll(): void;
  /** Unfolds the entry that is marked, else the newest that can be, or folds it again. */
  toggleMarked(): void;
  /** Marks the next entry that can be unfolded; upwards when negative. */
  mark(direction: 1 | -1): void;
  /** Upwards from the newest: what was said last is what is looked for most. Empty: nothing is searched for any more. */
  searchFor(text: string): void;
  search(): Search | undefined;
  /** Says of what is searched for how often there is any. */
  countMatches(): void;
  toMatch(direction: 1 | -1): Found;
  /** @returns what shows the same place again, with the same search and what was folded then */
  keepPlace(): () => void;
  /** Code is coloured from now on. */
  useHighlight(highlight: Highlight): void;
  /** Lets go of the view, and of all lines. Shows the same place again once a view has come as far as event `seq`. */
  rest(seq: number): void;
};

/** What stands left of every row, so that a mark moves nothing. */
const MARK_COLUMNS = 2;
const FOLDABLE: ReadonlySet<string> = new Set(["tool", "thinking"]);

/** What of it changes. */
type Looking = {
  source: EntrySource | undefined;
  room: Room;
  top: Top;
  /** Where the screen begins, also at the end. */
  shownFrom: Place;
  share: number;
  /** The position of the entry that is marked. */
  marked: number | undefined;
  highlight: Highlight | undefined;
  search: Search | undefined;
  /** The place to go back to, and the event that the view must have come to before it is there. */
  awaited: { readonly top: Top; readonly seq: number } | undefined;
  /** The match that was shown last. */
  matchAt: Place | undefined;
};

export function createSessionBody(): SessionBody {
  const folding = createFolding();
  const index = createLineIndex({ isExpanded: folding.isUnfolded });
  const looking: Looking = {
    ...{ source: undefined, room: { columns: 0, rows: 1 }, top: "end", shownFrom: { position: 0, row: 0 }, share: 1 },
    ...{ marked: undefined, highlight: undefined, search: undefined, matchAt: undefined, awaited: undefined },
  };
  const parts = { folding, index, looking };
  return {
    draw: (view, room) => draw(parts, view, room),
    share: () => looking.share,
    isAtEnd: () => looking.top === "end",
    scroll: (rows) => scroll(parts, rows),
    scrollPages: (pages) => scroll(parts, pages * Math.max(1, looking.room.rows - 1)),
    toStart: () => void (looking.top = looking.source ? { position: looking.source.first, row: 0 } : "end"),
    toEnd: () => void (looking.top = "end"),
    toggleAll() {
      folding.toggleAll();
      layOutAnew(parts);
    },
    toggleMarked: () => toggleMarked(parts),
    mark: (direction) => mark(parts, direction),
    searchFor: (text) => searchFor(parts, text),
    search: () => looking.search,
    countMatches: () => count(parts),
    toMatch: (direction) => findFurther(parts, direction > 0 ? "down" : "up"),
    keepPlace: () => keepPlace(parts),
    useHighlight(highlight) {
      looking.highlight = highlight;
      layOutAnew(parts);
    },
    rest(seq) {
      looking.source = undefined;
      const { top, awaited } = looking;
      looking.awaited = { top, seq: awaited?.top === top ? Math.max(seq, awaited.seq) : seq };
      layOutAnew(parts);
    },
  };
}

type Parts = {
  folding: ReturnType<typeof createFolding>;
  index: ReturnType<typeof createLineIndex>;
  looking: Looking;
};

function draw(parts: Parts, view: SessionView, room: Room): Line[] {
  const { index, looking } = parts;
  const isOtherWidth = room.columns !== looking.room.columns;
  looking.room = room;
  if (isOtherWidth) layOutAnew(parts);
  looking.source = sourceOf(view);
  const shown = index.window(looking.source, looking.top, room.rows);
  if (looking.awaited?.top !== looking.top || view.lastSeq >= looking.awaited.seq) looking.awaited = undefined;
  if (looking.top !== "end" && !looking.awaited) looking.top = shown.isAtEnd ? "end" : shown.top;
  looking.share = shown.share;
  looking.shownFrom = shown.top;
  const { search, marked } = looking;
  const rows = shown.rows.map((row, index): Line => {
    const line = withMark(row.line, row.position === marked);
    return search ? highlightMatches(line, search.text, styleOf(looking, shown.rows, index)) : line;
  });
  return fillRows(rows, room.rows);
}

/** The match that was come to looks other than the rest. */
function styleOf({ matchAt, shownFrom }: Looking, rows: readonly ScreenRow[], index: number): StyleName {
  const position = rows[index]?.position;
  const first = rows.findIndex((row) => row.position === position);
  const above = position === shownFrom.position ? shownFrom.row : 0;
  return position === matchAt?.position && index - first + above === matchAt?.row ? "currentMatch" : "match";
}

function layOutAnew({ index, looking: { room, highlight } }: Parts): void {
  index.resize({ width: Math.max(MIN_WIDTH, room.columns - MARK_COLUMNS), highlight });
}

function scroll({ index, looking }: Parts, rows: number): void {
  if (looking.source) looking.top = index.move(looking.source, looking.top, rows, looking.room.rows);
}

function mark(parts: Parts, direction: 1 | -1): void {
  const { source, marked } = parts.looking;
  if (!source) return;
  for (let at = (marked ?? source.end) + direction; at >= source.first && at < source.end; at += direction) {
    if (!FOLDABLE.has(source.entryAt(at)?.kind ?? "")) continue;
    parts.looking.marked = at;
    return bringIntoSight(parts, { position: at, row: 0 });
  }
}

function toggleMarked(parts: Parts): void {
  const { looking, folding, index } = parts;
  if (looking.marked === undefined) mark(parts, -1);
  const id = looking.marked === undefined ? undefined : looking.source?.entryAt(looking.marked)?.id;
  if (id === undefined) return;
  folding.toggle(id);
  index.forget(id);
}

function searchFor(parts: Parts, text: string): void {
  const { looking } = parts;
  looking.search = text === "" ? undefined : { text, isFound: true };
  looking.matchAt = undefined;
  if (!looking.search || !looking.source) return;
  looking.search = { text, isFound: find(parts, { position: looking.source.end, row: 0 }, "up") };
}

function count({ looking, index }: Parts): void {
  const { search, source, matchAt } = looking;
  if (search && source) looking.search = { ...search, count: countMatches({ index, source }, search.text, matchAt) };
}

/** Beyond the last one the first comes again. */
function findFurther(parts: Parts, direction: Direction): Found {
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

function keepPlace(parts: Parts): () => void {
  const { looking, folding } = parts;
  const { top, search, matchAt } = looking;
  const fold = folding.keep();
  return () => {
    Object.assign(looking, { top, search, matchAt });
    fold();
    layOutAnew(parts);
  };
}

/** In the upper part of the screen, with what came before. */
function bringIntoSight(parts: Parts, { position, row }: Place): void {
  parts.looking.top = { position, row };
  scroll(parts, -Math.floor(parts.looking.room.rows / 3));
}

function withMark(line: Line, isMarked: boolean): Line {
  return [isMarked ? span("▌ ", "waiting") : span("  ", undefined), ...line];
}
