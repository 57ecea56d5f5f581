/** Where in a session's history one looks, and how that is moved. */
import type { Highlight } from "../text/code/layout-code.ts";
import type { EntrySource } from "../text/lines-index/entry-source.ts";
import type { LineIndex, Top } from "../text/lines-index/line-index.ts";
import type { Place } from "../text/lines-index/walk.ts";
import type { MatchCount } from "../text/search/count-matches.ts";
import { MIN_WIDTH } from "../text/wrap/wrap-line.ts";
import type { Folding } from "./folding.ts";

export type Room = { readonly columns: number; readonly rows: number };

export type Search = {
  readonly text: string;
  readonly isFound: boolean;
  /** Once it was counted. */
  readonly count?: MatchCount;
};

/** What stands left of every row, so that a mark moves nothing. */
const MARK_COLUMNS = 2;

/** What changes of it. */
export type Looking = {
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

export type Parts = {
  folding: Folding;
  index: LineIndex;
  looking: Looking;
};

/** All lines, when they are shown next. */
export function layOutAnew({ index, looking: { room, highlight } }: Parts): void {
  index.resize({ width: Math.max(MIN_WIDTH, room.columns - MARK_COLUMNS), highlight });
}

/** Further down when positive. */
export function scroll({ index, looking }: Parts, rows: number): void {
  if (looking.source) looking.top = index.move(looking.source, looking.top, rows, looking.room.rows);
}

/** In the upper part of the screen, with what came before. */
export function bringIntoSight(parts: Parts, { position, row }: Place): void {
  parts.looking.top = { position, row };
  scroll(parts, -Math.floor(parts.looking.room.rows / 3));
}
