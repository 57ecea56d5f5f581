/** Changes of a file as lines: a sign, a number where it is known, and the text. */
import type { PatchHunk } from "@cc-docker/client";
import { cleanLines } from "../clean-text.ts";
import { BLANK, type Line, type Span } from "../line.ts";
import type { StyleName } from "../theme.ts";
import { prefixLines, wrapLine } from "../wrap/wrap-line.ts";

export type HunkOptions = {
  /** In columns; at least MIN_WIDTH. */
  width: number;
  /** Whether the hunks' line numbers are those of the file. */
  isNumbered: boolean;
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

/** Hunks follow each other with a line between them. */
export function layoutHunks(hunks: readonly PatchHunk[], options: HunkOptions): Line[] {
  const gap: Line = [{ text: "…", style: "muted" }];
  return hunks.flatMap((hunk, index) =>
    index === 0 ? layoutHunk(hunk, options) : [gap, ...layoutHunk(hunk, options)],
  );
}

function layoutHunk({ oldStart, newStart, lines }: PatchHunk, { width, isNumbered }: HunkOptions): Line[] {
  const digits = isNumbered ? String(Math.max(oldStart, newStart) + lines.length).length : 0;
  let [oldNumber, newNumber] = [oldStart, newStart];
  return lines.flatMap((line) => {
    const sign = line.slice(0, 1);
    if (sign === REMARK) return layoutChange(line, { gutter: " ".repeat(digits === 0 ? 0 : digits + 1), width });
    const number = sign === "-" ? oldNumber : newNumber;
    if (sign !== "+") oldNumber += 1;
    if (sign !== "-") newNumber += 1;
    return layoutChange(line, { gutter: isNumbered ? `${String(number).padStart(digits)} ` : "", width });
  });
}

function layoutChange(line: string, { gutter, width }: { gutter: string; width: number }): Line[] {
  const style = STYLES[line.slice(0, 1)];
  const sign = style === undefined ? " " : line.slice(0, 1);
  const mark: Span = { text: `${gutter}${sign} `, style: style ?? "muted" };
  const room = width - mark.text.length;
  const rows = cleanLines(line.slice(1)).flatMap((text): Line[] => {
    if (text === "") return [BLANK];
    return wrapLine([style === undefined ? { text } : { text, style }], room, "anywhere");
  });
  return prefixLines(rows, mark);
}
