import { printableLine } from "./printable.ts";

export type Column<Row> = { title: string; align?: "right"; cell: (row: Row) => string };

/**
 * Columns as wide as their longest cell, two spaces apart, one row a line; cells are harmless on a terminal. `width`: how
 * many of a terminal's columns a line may take; what is longer is cut at its end.
 */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width = Number.POSITIVE_INFINITY,
): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => printableLine(cell(row)))),
  ];
  const widths = columns.map((_column, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const pad = (text: string, index: number) =>
    columns[index]?.align === "right" ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0);
  return lines.map((line) => `${cut(line.map(pad).join("  ").trimEnd(), width)}\n`).join("");
}

/** As if whatever is no letter of Europe were two columns wide: rather too short than broken. */
function cut(line: string, width: number): string {
  if (columnsOf(line) <= width) return line;
  let [kept, left] = ["", width - 1];
  for (const character of line) {
    left -= columnsOf(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}…`;
}

function columnsOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (character < "\u1100" ? 1 : 2), 0);
}
