import type { Line } from "./line.ts";
import type { Theme } from "./theme.ts";

/** A line as a terminal reads it. Every style is ended in the line it began in. */
export function toAnsi(line: Line, theme: Theme): string {
  let ansi = "";
  for (const { text, style } of line) {
    const begin = style === undefined ? "" : theme[style];
    ansi += begin === "" ? text : `${begin}${text}\x1b[0m`;
  }
  return ansi;
}
