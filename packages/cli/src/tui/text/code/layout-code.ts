/** Code as lines: coloured where its language is known, broken anywhere. */
import type { Line } from "../line.ts";
import { wrapLine } from "../wrap/wrap-line.ts";

/** Colours code: a line for each line of it, or `undefined` where the language is not known. */
export type Highlight = (code: string, language: string) => Line[] | undefined;

type Code = { lines: readonly string[]; language: string };

/** Colouring this much takes up to 20 ms; more is shown plain. */
const MAX_HIGHLIGHTED_CHARS = 10_000;

/** `lines` are harmless text; `language` is as a fence or a file name's ending has it. */
export function layoutCode({ lines, language }: Code, options: { width: number; highlight?: Highlight | undefined }) {
  const code = lines.join("\n");
  const isColoured = language !== "" && code.length <= MAX_HIGHLIGHTED_CHARS;
  const coloured = isColoured ? options.highlight?.(code, language) : undefined;
  const plain = () => lines.map((text): Line => (text === "" ? [] : [{ text }]));
  return (coloured ?? plain()).flatMap((line) => wrapLine(line, options.width, "anywhere"));
}
