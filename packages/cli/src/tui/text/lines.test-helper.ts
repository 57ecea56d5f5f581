/** What tests of lines share: how they read, and texts that were made to break them. */
import { expect } from "vitest";
import { type Line, plainText } from "./line.ts";
import { displayWidth } from "./wrap/display-width.ts";

/** Lines without their styles, one below the other. */
export function shown(lines: readonly Line[]): string {
  return lines.map((line) => plainText(line).trimEnd()).join("\n");
}

/** Each span with its style: `style:text`, one line below the other. */
export function styled(lines: readonly Line[]): string {
  return lines
    .map((line) => line.map(({ text, style }) => (style === undefined ? text : `<${style}:${text}>`)).join(""))
    .join("\n");
}

// oxlint-disable-next-line no-control-regex -- what must not be there
const OBEYED = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** No line is too wide, and nothing in one is obeyed by a terminal. */
export function expectHarmless(lines: readonly Line[], width: number): void {
  const harmful = lines.map(plainText).filter((text) => OBEYED.test(text) || displayWidth(text) > width);
  expect(harmful, `${width} columns`).toEqual([]);
}

/** Numbers from 0 up to 1 that a seed decides. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const PIECES = [
  ..."abc XYZ 019 \n\n\n\t\r #*_~`>|-+=.:()[]<>!&\\/\"'".split(""),
  "\n\n",
  "\n```ts\nconst a = `x`;\n```\n",
  "\n| a | b |\n|---|---|\n| 1 | 2 |\n",
  "\n- item\n  - [x] inner\n1. one\n",
  "\n> quote\n",
  "[text](http://example.org/a_b)",
  "![image](x)",
  "[ref]: http://example.org\n",
  "**strong** *em* `code` ~~gone~~",
  "<div>&lt;&#27;&#x1b;</div>",
  "\x1b[31m",
  "\x1b]0;title\x07",
  "\x1b]52;c;eA==\x1b\\",
  "\x9b2J",
  "\0\x08\x7f\x85",
  "\u202e\u2066\u200b\u2028",
  "日本語",
  "한국어",
  "\u1100\u1161\u11a8\u1100\u1100",
  "👩‍👩‍👧‍👦",
  "🏴\u{e0067}\u{e007f}",
  "🇩🇪",
  "é\u0301\u0301\u0301",
  "க்ஷ",
  "שלום",
  "\ud83d",
  "\ude00",
  "word".repeat(30),
  "漢".repeat(40),
  "\u200d".repeat(50),
  "👩‍".repeat(30),
  "\u0903".repeat(50),
];

/** A text of what markdown, terminals and widths find hard. */
export function hostileText(random: () => number, pieces: number): string {
  return Array.from({ length: pieces }, () => PIECES[Math.floor(random() * PIECES.length)]).join("");
}
