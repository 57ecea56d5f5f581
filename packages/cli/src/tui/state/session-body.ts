/** The history of a session as it is looked at: where, how much of it is unfolded, and what is searched for. */
import type { SessionView } from "@cc-docker/client";
import type { Highlight } from "../text/code/layout-code.ts";
import { fillRows, type Line, span } from "../text/line.ts";
import { sourceOf } from "../text/lines-index/entry-source.ts";
import { createLineIndex, type ScreenRow } from "../text/lines-index/line-index.ts";
import { highlightMatches } from "../text/search/search.ts";
import type { StyleName } from "../text/theme.ts";
import { count, type Found, findFurther, keepPlace, searchFor } from "./body-search.ts";
import { createFolding } from "./folding.ts";
import { bringIntoSight, type Looking, layOutAnew, type Parts, type Room, type Search, scroll } from "./looking.ts";

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

const FOLDABLE: ReadonlySet<string> = new Set(["tool", "thinking"]);

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

function withMark(line: Line, isMarked: boolean): Line {
  return [isMarked ? span("▌ ", "waiting") : span("  ", undefined), ...line];
}
