/** Lines that are too long become several; what stands before them stays in its column. */
import { type Line, plainText, type Span, span } from "../line.ts";
import { type BreakAt, breakText, type Row } from "./break-text.ts";
import { displayWidth } from "./display-width.ts";

/** The narrowest a text is laid out for, in columns: what is narrower could not hold a mark and a wide character. */
export const MIN_WIDTH = 20;

/** Every row no wider than `width` columns, which is at least 2. */
export function wrapLine(line: Line, width: number, at: BreakAt = "words"): Line[] {
  const text = plainText(line);
  const rows = breakText(text, width, at);
  if (rows.length === 1 && rows[0]?.end === text.length) return [line];
  return sliceRows(line, rows);
}

/** `first` stands before the first line and `rest` before the others; they are equally wide. */
export function prefixLines(lines: readonly Line[], first: Span, rest: Span = indentOf(first)): Line[] {
  return lines.map((line, index) => [index === 0 ? first : rest, ...line]);
}

/** As many spaces as a span is wide. */
export function indentOf({ text }: Span): Span {
  return { text: " ".repeat(displayWidth(text)) };
}

/** At most `width` columns of a line; what is cut off shows as "…". */
export function truncateLine(line: Line, width: number): Line {
  const text = plainText(line);
  if (displayWidth(text) <= width) return line;
  const [row] = breakText(text, width - 1, "anywhere");
  return [...(row === undefined ? [] : sliceRows(line, [row]).flat()), { text: "…", style: "muted" }];
}

/** The rows follow each other in the line's text. */
function sliceRows(line: Line, rows: readonly Row[]): Line[] {
  const pieces: Span[][] = [];
  let [index, spanStart] = [0, 0];
  for (const { start, end } of rows) {
    const row: Span[] = [];
    for (let piece = line[index]; piece !== undefined; piece = line[index]) {
      const spanEnd = spanStart + piece.text.length;
      const text = piece.text.slice(Math.max(0, start - spanStart), Math.max(0, end - spanStart));
      if (text !== "") row.push(span(text, piece.style));
      if (spanEnd > end) break;
      index += 1;
      spanStart = spanEnd;
    }
    pieces.push(row);
  }
  return pieces;
}
