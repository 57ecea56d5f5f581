/** The editor's rows, wrapped by the width, and where its cursor is among them. Pure. */
import type { Editor } from "../state/editor.ts";
import { type Line, span } from "../text/line.ts";
import { type ShownText, showTyped } from "../text/typed-text.ts";
import { breakText } from "../text/wrap/break-text.ts";
import { displayWidth } from "../text/wrap/display-width.ts";

export type EditorLines = {
  readonly lines: readonly Line[];
  readonly cursor: { readonly x: number; readonly y: number };
};

/** As many rows as the text has, up to `maxRows` around the cursor. Only what may be seen is laid out. */
export function editorLines({ text, cursor }: Editor, columns: number, maxRows: number): EditorLines {
  const before = text.slice(0, cursor).split("\n");
  const column = before.at(-1)?.length ?? 0;
  const all = text.split("\n");
  const current = before.length - 1;
  const first = Math.max(0, current - maxRows);
  const shown = all.slice(first, current + maxRows + 1);
  const typed = shown.map(showTyped);
  const rows = typed.map((line) => rowsOf(line, columns - 1));
  const above = rows.slice(0, current - first).flat().length;
  const line = typed[current - first] ?? showTyped("");
  const end = line.at(column);
  const place = findRow(rows[current - first] ?? [], end);
  const y = above + place.row;
  const top = Math.max(0, y - maxRows + 1);
  const x = displayWidth(line.text.slice(place.start, end));
  const lines = rows.flat().slice(top, top + maxRows);
  return { lines: lines.map((row) => [span(row.text, undefined)]), cursor: { x, y: y - top } };
}

type EditorRow = { start: number; end: number; text: string };

function rowsOf({ text }: ShownText, width: number): EditorRow[] {
  return breakText(text, Math.max(2, width), "anywhere").map(({ start, end }) => ({
    start,
    end,
    text: text.slice(start, end),
  }));
}

/** A cursor between two rows is on the second. */
function findRow(rows: readonly EditorRow[], column: number): { row: number; start: number } {
  const row = Math.max(
    0,
    rows.findLastIndex(({ start }) => start <= column),
  );
  return { row, start: rows[row]?.start ?? 0 };
}
