/**
 * Which lines of a session are on the screen. A place in it is an entry and a row of that entry: so nothing has to know
 * how many lines there are above, and only entries on the screen, or scrolled over, are ever laid out.
 */
import type { ViewEntry } from "@cc-docker/client";
import type { Highlight } from "../code/layout-code.ts";
import { BLANK, type Line } from "../line.ts";
import type { EntrySource } from "./entry-source.ts";
import { createLayoutCache, type LayoutCache } from "./layout-cache.ts";
import { lastScreen, nearest, type Place, type Rows, walk } from "./walk.ts";

/** `end`: wherever the newest line is the last on the screen. */
export type Top = Place | "end";

export type ScreenRow = { readonly line: Line; readonly position: number; readonly entryId: string };

export type Window = {
  /** At most as many as were asked for. */
  readonly rows: readonly ScreenRow[];
  /** Where they begin. */
  readonly top: Place;
  /** The newest line is among them. */
  readonly isAtEnd: boolean;
  /** How far down they begin: from 0 to 1, by entries. */
  readonly share: number;
};

export type LineIndex = {
  /** Lays out all entries anew, when they are shown next. `width` in columns. */
  resize(size: { width: number; highlight?: Highlight | undefined }): void;
  /** The rows of the screen from `top` on. No more is above than there is. */
  window(source: EntrySource, top: Top, height: number): Window;
  /** The place so many rows further down (up if negative), no further than the entries go. */
  move(source: EntrySource, from: Top, rows: number, height: number): Top;
  /** The lines of an entry as they are on the screen, with the blank line before it. */
  linesAt(source: EntrySource, position: number): readonly Line[];
  /** What of an entry is shown has changed, as when it was expanded. */
  forget(entryId: string): void;
};

export function createLineIndex({ isExpanded }: { isExpanded: (entryId: string) => boolean }): LineIndex {
  let cache: LayoutCache = createLayoutCache({ width: 80, highlight: undefined, isExpanded });

  function linesAt(source: EntrySource, position: number): readonly Line[] {
    const entry = source.entryAt(position);
    if (entry === undefined) return [];
    const lines = cache.linesOf(entry);
    const before = source.entryAt(position - 1);
    return lines.length > 0 && before !== undefined && isApart(before, entry) ? [BLANK, ...lines] : lines;
  }

  function rowsOf(source: EntrySource): Rows {
    return { ...source, heightAt: (position) => linesAt(source, position).length };
  }

  function placeOf(source: EntrySource, top: Top, height: number): Place {
    return top === "end" ? lastScreen(rowsOf(source), height) : nearest(rowsOf(source), top, height);
  }

  function isAtEnd(source: EntrySource, place: Place, height: number): boolean {
    return walk(rowsOf(source), place, height + 1).missing > 0;
  }

  function rowsFrom(source: EntrySource, top: Place, height: number): ScreenRow[] {
    const rows: ScreenRow[] = [];
    let { position, row } = top;
    for (; position < source.end && rows.length < height; position += 1, row = 0) {
      const entryId = source.entryAt(position)?.id ?? "";
      const lines = linesAt(source, position).slice(row, row + height - rows.length);
      rows.push(...lines.map((line) => ({ line, position, entryId })));
    }
    return rows;
  }

  function shareOf(source: EntrySource, { position, row }: Place): number {
    const within = row / Math.max(1, linesAt(source, position).length);
    return (position - source.first + within) / Math.max(1, source.end - source.first);
  }

  function window(source: EntrySource, from: Top, height: number): Window {
    const top = placeOf(source, from, height);
    const rows = rowsFrom(source, top, height);
    return { rows, top, isAtEnd: isAtEnd(source, top, height), share: shareOf(source, top) };
  }

  function move(source: EntrySource, from: Top, rows: number, height: number): Top {
    const moved = walk(rowsOf(source), placeOf(source, from, height), rows).place;
    return isAtEnd(source, moved, height) ? "end" : moved;
  }

  return {
    resize({ width, highlight }) {
      cache = createLayoutCache({ width, highlight, isExpanded });
    },
    window,
    move,
    linesAt,
    forget: (entryId) => cache.forget(entryId),
  };
}

/** Calls of tools stand close together, as does what ends a turn or is noted after them. */
function isApart(before: ViewEntry, entry: ViewEntry): boolean {
  return !(before.kind === "tool" && (entry.kind === "tool" || entry.kind === "approval"));
}
