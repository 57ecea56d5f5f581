/** A line of the screen before it has colours: pieces of text, each with the name of what it is. */
import type { StyleName } from "./theme.ts";

/** Harmless text on one line: no control character, no tab. A span without a style is plain text. */
export type Span = { readonly text: string; readonly style?: StyleName };

/** One row of the screen, no wider than the width it was laid out for. */
export type Line = readonly Span[];

export const BLANK: Line = [];

/** What is written on a line, without styles: for searching, copying and screen readers. */
export function plainText(line: Line): string {
  return line.map(({ text }) => text).join("");
}

/** A span, without a `style` where there is none. */
export function span(text: string, style: StyleName | undefined): Span {
  return style === undefined ? { text } : { text, style };
}

/** Exactly so many rows: cut at the end, or filled with empty ones. */
export function fillRows(lines: readonly Line[], rows: number): Line[] {
  return Array.from({ length: Math.max(0, rows) }, (_, row) => lines[row] ?? BLANK);
}
