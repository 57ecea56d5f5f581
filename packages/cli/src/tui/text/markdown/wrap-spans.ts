/** Spans with newlines in them become lines of a width. */
import { expandTabs } from "../clean-text.ts";
import { type Line, type Span, span } from "../line.ts";
import { wrapLine } from "../wrap/wrap-line.ts";

/** A newline of the text stays one: agents mean theirs. */
export function wrapSpans(spans: readonly Span[], width: number): Line[] {
  return splitAtNewlines(spans).flatMap((line) => wrapLine(line, width));
}

export function splitAtNewlines(spans: readonly Span[]): Line[] {
  const lines: Span[][] = [[]];
  for (const { text, style } of spans) {
    for (const [index, piece] of text.split("\n").entries()) {
      if (index > 0) lines.push([]);
      if (piece !== "") lines.at(-1)?.push(span(expandTabs(piece), style));
    }
  }
  if (lines.length > 1 && lines.at(-1)?.length === 0) lines.pop();
  return lines;
}
