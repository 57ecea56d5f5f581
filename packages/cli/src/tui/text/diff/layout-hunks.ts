/** Changes of a file as lines: a sign, a number where it is known, and the text. */
import type { PatchHunk } from "@cc-docker/client";
import { literalLines } from "../clean-text.ts";
import { BLANK, type Line, type Span } from "../line.ts";
import type { StyleName } from "../theme.ts";
import { prefixLines, wrapLine } from "../wrap/wrap-line.ts";

export type HunkOptions = {
  /** In columns; at least MIN_WIDTH. */
  width: number;
  /** Whether the hunks' line numbers are those of the file. */
  isNumbered: boolean;
  /** No more is laid out than reaches this. */
  maxRows?: number | undefined;
};

/** Begins what is no line of the file, such as that there is no newline at its end. */
const REMARK = "\\";
const STYLES: Record<string, StyleName> = { "+": "added", "-": "removed", [REMARK]: "muted" };

/** How many lines the hunks put in and take away. */
export function countChanges(hunks: readonly PatchHunk[]): { added: number; removed: number } {
  const count = (sign: string) =>
    hunks.reduce((sum, { lines }) => sum + lines.filter((line) => line.startsWith(sign)).length, 0);
  return { added: count("+"), removed: count("-") };
}

const GAP: Line = [{ text: "…", style: "muted" }];

/** Hunks follow each other with a line between them. */
export function layoutHunks(hunks: readonly PatchHunk[], options: HunkOptions): Line[] {
  const rows: Line[] = [];
  for (const [index, hunk] of hunks.entries()) {
    if (isEnough(rows, options)) break;
    if (index > 0) rows.push(GAP);
    addHunk(rows, hunk, options);
  }
  return rows;
}

function addHunk(rows: Line[], { oldStart, newStart, lines }: PatchHunk, options: HunkOptions): void {
  const { width, isNumbered } = options;
  const digits = isNumbered ? String(Math.max(oldStart, newStart) + lines.length).length : 0;
  const numbers = { old: oldStart, new: newStart };
  for (const line of lines) {
    if (isEnough(rows, options)) return;
    const number = numberOf(line, numbers);
    rows.push(...layoutChange(line, { gutter: isNumbered ? `${number.padStart(digits)} ` : "", width }));
  }
}

function isEnough(rows: readonly Line[], { maxRows = Number.POSITIVE_INFINITY }: HunkOptions): boolean {
  return rows.length >= maxRows;
}

/** A line that is taken away has its number in the old file, others theirs in the new one; a remark has none. */
function numberOf(line: string, numbers: { old: number; new: number }): string {
  const sign = line.slice(0, 1);
  if (sign === REMARK) return "";
  const number = sign === "-" ? numbers.old : numbers.new;
  if (sign !== "+") numbers.old += 1;
  if (sign !== "-") numbers.new += 1;
  return String(number);
}

function layoutChange(line: string, { gutter, width }: { gutter: string; width: number }): Line[] {
  const style = STYLES[line.slice(0, 1)];
  const sign = style === undefined ? " " : line.slice(0, 1);
  const mark: Span = { text: `${gutter}${sign} `, style: style ?? "muted" };
  const room = width - mark.text.length;
  const rows = literalLines(line.slice(1)).flatMap((text): Line[] => {
    if (text === "") return [BLANK];
    return wrapLine([style === undefined ? { text } : { text, style }], room, "anywhere");
  });
  return prefixLines(rows, mark);
}
