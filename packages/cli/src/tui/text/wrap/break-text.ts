/** Where a text is broken into rows. */
import { clustersOf, clusterWidth, isAscii } from "./display-width.ts";

/** A row of the text: from `start` up to `end`, in UTF-16 units; spaces at a break belong to no row. */
export type Row = { start: number; end: number };

/** `words` breaks at spaces and between wide characters where it can; `anywhere` fills each row, as code wants it. */
export type BreakAt = "words" | "anywhere";

/** `text` is one line; `width` is in columns and at least 2. An empty text is one empty row. */
export function breakText(text: string, width: number, at: BreakAt): Row[] {
  const breaks = isAscii(text) ? asciiBreaks(text, width, at) : clusterBreaks(text, width, at);
  const starts = [0, ...breaks];
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? text.length;
    return { start, end: at === "words" ? withoutSpaces(text, start, end) : end };
  });
}

/** Where the rows after the first begin. Each unit is a column: most of what is shown. */
function asciiBreaks(text: string, width: number, at: BreakAt): number[] {
  const breaks: number[] = [];
  let start = 0;
  while (text.length - start > width) {
    const space = at === "words" ? text.lastIndexOf(" ", start + width) : -1;
    start = space > start ? afterSpaces(text, space) : start + width;
    if (start < text.length) breaks.push(start);
  }
  return breaks;
}

function clusterBreaks(text: string, width: number, at: BreakAt): number[] {
  const breaks: number[] = [];
  let [start, columns, position] = [0, 0, 0];
  /** The last place in this row where it may be broken, and the columns up to there. */
  let place = { position: 0, columns: 0 };
  for (const cluster of clustersOf(text)) {
    const taken = clusterWidth(cluster);
    const mayHang = at === "words" && cluster === " ";
    while (columns + taken > width && position > start && !mayHang) {
      const isPlace = place.position > start;
      start = isPlace ? place.position : position;
      columns = isPlace ? columns - place.columns : 0;
      place = { position: start, columns: 0 };
      breaks.push(start);
    }
    position += cluster.length;
    columns += taken;
    if (at === "words" && (cluster === " " || taken === 2)) place = { position, columns };
  }
  return breaks;
}

function afterSpaces(text: string, position: number): number {
  let after = position;
  while (text[after] === " ") after += 1;
  return after;
}

function withoutSpaces(text: string, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && text[trimmed - 1] === " ") trimmed -= 1;
  return trimmed;
}
