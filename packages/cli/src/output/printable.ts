/**
 * What an agent wrote is data: a terminal must show it, never obey it. Of output, which programs colour, the sequences
 * that colour and move are left out; all other control characters, those that turn the direction of writing and those
 * that nobody sees are shown by their code. Newline and tab stay, and what joins emoji and letters. What somebody decides
 * by, or is written to a file, is `literal`: there nothing is left out.
 */

import { isVisible } from "@cc-docker/protocol";

// oxlint-disable no-control-regex -- they are what this file is about
/** A sequence that is longer is no longer waited for: its characters are shown instead. */
const MAX_HELD = 1024;

const CONTROL_START = String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*`;
/** Strings to the terminal (title, clipboard, device control) are none of them: text could hide in them. */
const SEQUENCE = new RegExp(String.raw`${CONTROL_START}[@-~]|\x1b[ -/]*(?![PX[\\\]^_])[0-~]`, "g");

/** What emoji are joined after and before. */
const EMOJI = String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?`;
/** Scripts whose letters look otherwise where they are joined, or are not. */
const SCRIPTS = [
  "Arab",
  "Syrc",
  "Mong",
  "Nkoo",
  "Deva",
  "Beng",
  "Guru",
  "Gujr",
  "Orya",
  "Taml",
  "Telu",
  "Knda",
  "Mlym",
  "Sinh",
];
const LETTER = `[${SCRIPTS.map((script) => `\\p{scx=${script}}`).join("")}]`;
/** Invisible, and of meaning where it stands. */
const JOINS = [
  String.raw`(?<=\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?)\u200d(?=\p{Extended_Pictographic})`,
  `(?<=(?!\\p{Join_Control})${LETTER})[\\u200c\\u200d](?=(?!\\p{Join_Control})${LETTER})`,
  String.raw`(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]`,
  String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
].join("|");

/** What may be followed by what joins. It is at most as long as a family of emoji. */
const JOINABLE = String.raw`(?:(?:${EMOJI}|${LETTER})[\u200c\u200d]){0,8}(?:${EMOJI}|${LETTER}|(?<!\x1b[ -/]*)[0-9#*]\ufe0f?)[\u200c-\u200d]?`;
/** The beginning of a sequence, of `\r\n` or of a surrogate pair, at the end of what has come so far. */
const UNFINISHED = new RegExp(
  String.raw`(?:\x1b[ -/]*|${CONTROL_START}|${JOINABLE}|\r|(?:${JOINABLE})?[\ud800-\udbff])$`,
  "u",
);
/** Most of what is shown: nothing in it is to be replaced. */
const PLAIN = /^[\n\t\x20-\x7e]*$/;
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
/** Of no width, or a line break to some terminals: text could hide in them, or behind them. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}|[\u2028\u2029\ufff9-\ufffb]/u;
/** A character that is shown by its code. */
export const HIDDEN = new RegExp(`${CONTROL.source}|${DIRECTION.source}|(?!${JOINS})(?:${UNSEEN.source})`, "gu");
/** More accents on one letter than any language has paint over the lines around it. */
export const TOO_MANY_MARKS = String.raw`(?<=\p{M}{6})\p{M}`;
/** All that is not seen as it is, with half characters, and fillers that look like a space. */
const NOT_LITERAL = new RegExp(
  `${CONTROL.source}|${DIRECTION.source}|${UNSEEN.source}|[\\u2800\\u{1d159}]|${TOO_MANY_MARKS}|\\p{Cs}`,
  "gu",
);
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
    const tail = text.slice(-MAX_HELD);
    const start = tail.search(UNFINISHED);
    held = start === -1 ? "" : tail.slice(start);
    return show(text.slice(0, text.length - held.length));
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

/**
 * A whole text that somebody decides by, or that is a file's: a command, a path, a rule, a tool's input. Nothing is left
 * out of it; whatever is not seen as it is, is shown by its code.
 */
export function literal(text: string): string {
  return PLAIN.test(text) ? text : text.replace(NOT_LITERAL, byCode);
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
