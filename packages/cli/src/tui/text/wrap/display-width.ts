/** How many columns of a terminal a text takes. The numbers are string-width's, which Ink counts by as well. */
import stringWidth from "string-width";

const ASCII = /^[\x20-\x7e]*$/;
const segmenter = new Intl.Segmenter();

/** No emoji is longer. What is longer was made to be: it is taken apart, so that no terminal finds it wider than we. */
const MAX_CLUSTER_UNITS = 40;
const MAX_CLUSTER_COLUMNS = 2;

/** Texts repeat their characters: each is measured once. */
const widths = new Map<string, number>();
const MAX_REMEMBERED = 20_000;

/** Whether each UTF-16 unit is one column: the common case, for which there is a short way. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/** In columns. */
export function displayWidth(text: string): number {
  if (isAscii(text)) return text.length;
  let width = 0;
  for (const cluster of clustersOf(text)) width += clusterWidth(cluster);
  return width;
}

/** What people see as one character: never cut, and 0, 1 or 2 columns wide. */
export function* clustersOf(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) {
    if (segment.length > MAX_CLUSTER_UNITS || clusterWidth(segment) > MAX_CLUSTER_COLUMNS) yield* segment;
    else yield segment;
  }
}

/** In columns, of one of `clustersOf`. */
export function clusterWidth(cluster: string): number {
  const known = widths.get(cluster);
  if (known !== undefined) return known;
  const width = stringWidth(cluster);
  if (widths.size >= MAX_REMEMBERED) widths.clear();
  widths.set(cluster, width);
  return width;
}
