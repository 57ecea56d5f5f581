/**
 * How many columns of a terminal a text takes; where terminals differ, rather more than less, so that no line runs over
 * its end. The usual library compiles all of Unicode's emoji into an expression first, which takes a
 * good part of the time that a start may take: in `ccd`'s bundle this takes its place.
 */
import { eastAsianWidth } from "get-east-asian-width";

const ASCII = /^[\x20-\x7e]*$/;

/** Letters, lines, bars and ideographs that join with nothing: each code point is a character of its own. */
const SIMPLE =
  /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u03ff\u0410-\u044f\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2200-\u23ff\u2500-\u27bf\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]*$/;

/** Takes no column by itself. */
const UNSEEN =
  /^[\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Surrogate}]$/u;

/** One syllable of Korean written in its parts. */
const SYLLABLE = /^[\u1100-\u115f\ua960-\ua97c][\u1160-\u11a7\ud7b0-\ud7c6][\u11a8-\u11ff\ud7cb-\ud7fb]?$/;

/** Up to four pictures joined to one, or a picture with its colour of skin. */
const JOINED_PICTURES =
  /^\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*){0,3}$/u;
/** Asks for the picture of a character, or for a key around it. */
const PICTURE_MARK = /[\ufe0f\u20e3]/;

/** No emoji is longer. What is longer was made to be: it is taken apart, so that no terminal finds it wider than we. */
const MAX_CLUSTER_UNITS = 40;
const PICTURE_COLUMNS = 2;

/** Texts repeat their characters: each is measured once. */
const widths = new Map<string, number>();
const MAX_REMEMBERED = 20_000;

/** Making one takes some milliseconds: most texts need none. */
let segmenter: Intl.Segmenter | undefined;

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
  if (SIMPLE.test(text)) return yield* text;
  segmenter ??= new Intl.Segmenter();
  for (const { segment } of segmenter.segment(text)) {
    if (segment.length > MAX_CLUSTER_UNITS || clusterWidth(segment) > PICTURE_COLUMNS) yield* segment;
    else yield segment;
  }
}

/** In columns, of one of `clustersOf`. */
export function clusterWidth(cluster: string): number {
  const known = widths.get(cluster);
  if (known !== undefined) return known;
  const width = measure(cluster);
  if (widths.size >= MAX_REMEMBERED) widths.clear();
  widths.set(cluster, width);
  return width;
}

function measure(cluster: string): number {
  const points = Array.from(cluster);
  if (points.length > 1 && (JOINED_PICTURES.test(cluster) || SYLLABLE.test(cluster))) return PICTURE_COLUMNS;
  const columns = points.reduce((sum, point) => sum + pointWidth(point), 0);
  return PICTURE_MARK.test(cluster) ? Math.max(PICTURE_COLUMNS, columns) : columns;
}

function pointWidth(point: string): number {
  return UNSEEN.test(point) ? 0 : eastAsianWidth(point.codePointAt(0) ?? 0);
}
