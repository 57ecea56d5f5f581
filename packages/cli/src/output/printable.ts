/**
 * What an agent wrote is data: a terminal must show it, never obey it. Escape sequences are left out, other control
 * characters, those that turn the direction of writing and those that nobody sees are shown by their code. Newline and
 * tab stay, and what joins emoji and letters.
 */

import { isVisible } from "@cc-docker/protocol";

// oxlint-disable no-control-regex -- they are what this file is about
/** A sequence that is longer is no longer waited for: its characters are shown instead. */
const MAX_HELD = 1024;

/** Strings to the terminal (title, clipboard, device control): introducer, content, terminator. */
const STRING_START = String.raw`(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])`;
const STRING_BODY = String.raw`[^\x07\x1b\x80-\x9f\n]*`;
const CONTROL_START = String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*`;

const SEQUENCE = new RegExp(
  [
    String.raw`${CONTROL_START}[@-~]`,
    String.raw`${STRING_START}${STRING_BODY}(?:\x07|\x1b\\|\x9c)`,
    String.raw`\x1b[ -/]*[0-~]`,
  ].join("|"),
  "g",
);
/** The beginning of a sequence, of `\r\n` or of a surrogate pair, at the end of what has come so far. */
const UNFINISHED = new RegExp(
  String.raw`(?:\x1b[ -/]*|${CONTROL_START}|${STRING_START}${STRING_BODY}\x1b?|\r|[\ud800-\udbff])$`,
);
/** Most of what is shown: nothing in it is to be replaced. */
const PLAIN = /^[\n\t\x20-\x7e]*$/;
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
/** Of no width, or a line break to some terminals: text could hide in them, or behind them. */
const UNSEEN = /(?!\p{Join_Control}|[\ufe00-\ufe0f])\p{Default_Ignorable_Code_Point}|[\u2028\u2029\ufff9-\ufffb]/u;
/** A character that is shown by its code. */
export const HIDDEN = new RegExp(`${CONTROL.source}|${DIRECTION.source}|${UNSEEN.source}`, "gu");
/** More accents on one letter than any language has paint over the lines around it. */
const PILE_OF_MARKS = /(\p{M}{6})\p{M}+/gu;

export type Printable = {
  /** The next piece of a text; a sequence that is cut at its end is held back until the next piece. */
  push(piece: string): string;
  /** What is held back, when nothing more will come. */
  flush(): string;
};

export function createPrintable(): Printable {
  let held = "";

  function push(piece: string): string {
    const text = held + piece;
    const start = text.search(UNFINISHED);
    const isHeld = start !== -1 && text.length - start <= MAX_HELD;
    held = isHeld ? text.slice(start) : "";
    return show(isHeld ? text.slice(0, start) : text);
  }

  function flush(): string {
    const rest = held;
    held = "";
    return show(rest);
  }

  return { push, flush };
}

/** A whole text. */
export function printable(text: string): string {
  return show(text);
}

/** A whole text on one line of at most `length` characters. Where nothing of it could be seen, it is shown by codes. */
export function printableLine(text: string, length: number = Number.POSITIVE_INFINITY): string {
  const words = printable(text).replace(/\s+/g, " ").trim();
  const line = PLAIN.test(words) || isVisible(words) ? words : Array.from(words, byCode).join("");
  const characters = line.length > length ? Array.from(line) : [];
  return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : line;
}

function show(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(SEQUENCE, "")
    .replace(/\r\n?/g, "\n")
    .replace(HIDDEN, byCode)
    .replace(PILE_OF_MARKS, "$1")
    .toWellFormed();
}

/** `\x1b`, `\u202e` or `\u{200b}`. */
export function byCode(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  if (CONTROL.test(character)) return `\\x${code.padStart(2, "0")}`;
  return DIRECTION.test(character) ? `\\u${code.padStart(4, "0")}` : `\\u{${code}}`;
}
