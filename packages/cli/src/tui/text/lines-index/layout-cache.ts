/** The lines of entries that were shown of late. An entry that did not change is not laid out again. */
import type { ViewEntry } from "@cc-docker/client";
import type { Highlight } from "../code/layout-code.ts";
import { createEntryLayout, type EntryLayout } from "../entries/layout-entry.ts";
import type { Line } from "../line.ts";

export type LayoutCache = {
  linesOf(entry: ViewEntry): readonly Line[];
  /** Lays out the entry anew when it is shown next. */
  forget(entryId: string): void;
};

export type LayoutCacheOptions = {
  /** In columns. */
  width: number;
  highlight: Highlight | undefined;
  isExpanded: (entryId: string) => boolean;
};

type Known = { entry: ViewEntry; layout: EntryLayout; lines: readonly Line[] };

/** Some screens of any terminal, and far fewer lines than a session has. */
const MAX_LINES = 20_000;
const MAX_ENTRIES = 1000;

export function createLayoutCache({ width, highlight, isExpanded }: LayoutCacheOptions): LayoutCache {
  /** What was asked for last comes last. */
  const known = new Map<string, Known>();
  let lineCount = 0;

  function linesOf(entry: ViewEntry): readonly Line[] {
    const key = keyOf(entry);
    const found = known.get(key);
    if (found !== undefined) drop(key, found);
    if (found?.entry === entry) return keep(key, found);
    const isExpandedNow = isExpanded(entry.id);
    const layout = found?.layout ?? createEntryLayout({ width, highlight, isExpanded: isExpandedNow });
    return keep(key, { entry, layout, lines: layout.update(entry) });
  }

  function keep(key: string, kept: Known): readonly Line[] {
    known.set(key, kept);
    lineCount += kept.lines.length;
    for (const [oldKey, old] of known) {
      if (oldKey === key || (lineCount <= MAX_LINES && known.size <= MAX_ENTRIES)) break;
      drop(oldKey, old);
    }
    return kept.lines;
  }

  function drop(key: string, { lines }: Known): void {
    known.delete(key);
    lineCount -= lines.length;
  }

  function forget(entryId: string): void {
    for (const [key, old] of known) if (old.entry.id === entryId) drop(key, old);
  }

  return { linesOf, forget };
}

/** An agent may give two things the same name: of different kinds they are told apart. */
function keyOf({ kind, id }: ViewEntry): string {
  return `${kind} ${id}`;
}
