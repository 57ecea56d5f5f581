/** Where words stand in a session. Letters in either case are the same. */
import type { ViewEntry } from "@cc-docker/client";
import { type Line, plainText, type Span, span } from "../line.ts";
import type { EntrySource } from "../lines-index/entry-source.ts";
import type { LineIndex } from "../lines-index/line-index.ts";
import type { Place } from "../lines-index/walk.ts";
import type { StyleName } from "../theme.ts";

export type Direction = "up" | "down";

/** Where a match is shown; `isHidden` when its entry has to be expanded first to show it. */
export type Match = Place & { readonly entryId: string; readonly isHidden: boolean };

/** The next match beyond `from`; `undefined` when there is none that way. Empty words match nothing. */
export function findNext(
  { index, source }: { index: LineIndex; source: EntrySource },
  words: string,
  from: Place,
  direction: Direction,
): Match | undefined {
  const wanted = words.toLowerCase();
  if (wanted === "") return undefined;
  const step = direction === "down" ? 1 : -1;
  const start = step > 0 ? Math.max(from.position, source.first) : Math.min(from.position, source.end - 1);
  for (let position = start; position >= source.first && position < source.end; position += step) {
    const entry = source.entryAt(position);
    if (entry === undefined || !holds(entry, wanted)) continue;
    const rows = rowsWith(index.linesAt(source, position), wanted);
    const isBeyond = (row: number) => position !== from.position || (row - from.row) * step > 0;
    const row = direction === "down" ? rows.find(isBeyond) : rows.findLast(isBeyond);
    if (row !== undefined) return { position, row, entryId: entry.id, isHidden: false };
    if (rows.length === 0 && position !== from.position && mayHide(entry))
      return { position, row: 0, entryId: entry.id, isHidden: true };
  }
  return undefined;
}

/** What is markdown may hold words that are not shown, and nothing unfolds those. */
function mayHide({ kind }: ViewEntry): boolean {
  return kind === "tool" || kind === "thinking" || kind === "approval";
}

/** A line with what matches marked. */
export function highlightMatches(line: Line, words: string, style: StyleName = "match"): Line {
  const wanted = words.toLowerCase();
  const text = lowerCase(plainText(line));
  if (wanted === "" || !text.includes(wanted)) return line;
  const marked: Span[] = [];
  let start = 0;
  for (const piece of line) {
    marked.push(...markSpan(piece, { start, text, wanted, style }));
    start += piece.text.length;
  }
  return marked;
}

type Marking = { start: number; text: string; wanted: string; style: StyleName };

/** A match may begin before the span and end after it. */
function markSpan(piece: Span, { start, text, wanted, style }: Marking): Span[] {
  const end = start + piece.text.length;
  const spans: Span[] = [];
  let position = start;
  for (let at = text.indexOf(wanted, Math.max(0, start - wanted.length + 1)); at !== -1 && at < end; ) {
    const [from, to] = [Math.max(at, position), Math.min(end, at + wanted.length)];
    if (from > position) spans.push(span(piece.text.slice(position - start, from - start), piece.style));
    if (to > from) spans.push(span(piece.text.slice(from - start, to - start), style));
    position = Math.max(position, to);
    at = text.indexOf(wanted, at + wanted.length);
  }
  if (position < end) spans.push(span(piece.text.slice(position - start), piece.style));
  return spans;
}

function rowsWith(lines: readonly Line[], wanted: string): number[] {
  return lines.flatMap((line, row) => (lowerCase(plainText(line)).includes(wanted) ? [row] : []));
}

/** Letters whose other case is longer stay, so that places in both texts are the same. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/** Whether it can match at all, without laying it out. */
function holds(entry: ViewEntry, wanted: string): boolean {
  return textsOf(entry).some((text) => text.toLowerCase().includes(wanted));
}

function textsOf(entry: ViewEntry): string[] {
  switch (entry.kind) {
    case "prompt":
      return [entry.text ?? ""];
    case "text":
    case "thinking":
      return [entry.text];
    case "tool":
      return [entry.name, entry.output, entry.inputText, ...stringsIn(entry.input), entry.task?.summary ?? ""];
    case "approval":
      return [entry.title, entry.toolName, entry.description, ...stringsIn(entry.input), entry.message ?? ""];
    case "note":
      return [entry.note, entry.text, entry.error?.message ?? ""];
    case "turn-end":
      return [entry.status, entry.error?.message ?? ""];
  }
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
