/** A table: columns side by side where they fit, else each row as a list of its cells. */
import type { Tokens } from "marked";
import { BLANK, type Line, plainText, type Span } from "../line.ts";
import { displayWidth } from "../wrap/display-width.ts";
import { wrapLine } from "../wrap/wrap-line.ts";
import { layoutInline } from "./layout-inline.ts";
import { splitAtNewlines, wrapSpans } from "./wrap-spans.ts";

const GAP: Span = { text: " │ ", style: "mark" };
/** A column is not made narrower than this many columns of the terminal to fit. */
const MIN_COLUMN = 8;

export function layoutTable({ header, rows }: Tokens.Table, width: number): Line[] {
  const cells = [header, ...rows].map((row, index) =>
    row.map((cell) => layoutInline(cell.tokens, index === 0 ? "strong" : undefined)),
  );
  const widths = fitColumns(naturalWidths(cells), width - GAP.text.length * (header.length - 1));
  if (widths === undefined) return layoutStacked(cells, width);
  const [head = [], ...body] = cells.map((row) => layoutRow(row, widths));
  return [...head, [{ text: widths.map((column) => "─".repeat(column)).join("─┼─"), style: "mark" }], ...body.flat()];
}

function naturalWidths(rows: readonly Span[][][]): number[] {
  const columns = rows[0]?.length ?? 0;
  const widest = (column: number) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(plainText(row[column] ?? []))), 1);
  return Array.from({ length: columns }, (_, column) => widest(column));
}

/** The widest columns give way; `undefined` where there are too many. */
function fitColumns(natural: readonly number[], available: number): number[] | undefined {
  if (natural.reduce((sum, column) => sum + Math.min(column, MIN_COLUMN), 0) > available) return undefined;
  const fits = (most: number) => natural.reduce((sum, column) => sum + Math.min(column, most), 0) <= available;
  let most = available;
  while (!fits(most)) most -= 1;
  return natural.map((column) => Math.min(column, most));
}

function layoutRow(row: readonly Span[][], widths: readonly number[]): Line[] {
  const columns = widths.map((width, index) => wrapSpans(row[index] ?? [], width));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    columns.flatMap((lines, index) => {
      const cell = lines[line] ?? [];
      if (index === columns.length - 1) return cell;
      return [...cell, { text: " ".repeat((widths[index] ?? 0) - displayWidth(plainText(cell))) }, GAP];
    }),
  );
}

function layoutStacked([header = [], ...rows]: readonly Span[][][], width: number): Line[] {
  const named = (row: Span[][]) =>
    row.flatMap((cell, index) => splitAtNewlines([...(header[index] ?? []), { text: ": " }, ...cell]));
  return rows.flatMap((row, index) => [
    ...(index > 0 ? [BLANK] : []),
    ...named(row).flatMap((line) => wrapLine(line, width)),
  ]);
}
