/** Lines that have a given width: what is too long is cut with an ellipsis, what is too short is filled. */
import { printableLine } from "../../output/printable.ts";
import { type Line, type Span, span } from "../text/line.ts";
import type { StyleName } from "../text/theme.ts";
import { clustersOf, clusterWidth, displayWidth } from "../text/wrap/display-width.ts";
import { truncateLine } from "../text/wrap/wrap-line.ts";

export function widthOf(line: Line): number {
  return line.reduce((width, { text }) => width + displayWidth(text), 0);
}

/** A text on one line, harmless whoever wrote it. */
export function words(text: string, style?: StyleName): Span {
  return span(printableLine(text), style);
}

/** The line, of at most `width` columns. */
export function cut(line: Line, width: number): Line {
  if (widthOf(line) <= width) return line;
  if (width < 3) return width > 0 ? [span("…", "muted")] : []; // beside it a wide character has no room
  return truncateLine(line, width);
}

/** The line, of exactly `width` columns. */
export function fit(line: Line, width: number, align: "left" | "right" = "left"): Line {
  const shown = cut(line, width);
  const gap = span(" ".repeat(Math.max(0, width - widthOf(shown))), undefined);
  return align === "left" ? [...shown, gap] : [gap, ...shown];
}

/** Both on one line, at its ends; of the left one as much as there is room for. */
export function spread(left: Line, right: Line, width: number): Line {
  const end = cut(right, width);
  const room = width - widthOf(end);
  return room > 1 ? [...fit(left, room - 1), span(" ", undefined), ...end] : end;
}

/** All of the line in one style. */
export function restyle(line: Line, style: StyleName): Line {
  return line.map(({ text }) => span(text, style));
}

/** As much of a text's end as fits, in whole characters. */
export function endOf(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let room = columns;
  const kept: string[] = [];
  for (const cluster of [...clustersOf(text)].toReversed()) {
    room -= clusterWidth(cluster);
    if (room < 0) break;
    kept.unshift(cluster);
  }
  return kept.join("");
}
