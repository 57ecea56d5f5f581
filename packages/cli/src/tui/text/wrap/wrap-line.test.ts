import stringWidth from "string-width";
import { expect, it } from "vitest";
import { cleanLines } from "../clean-text.ts";
import { type Line, plainText } from "../line.ts";
import { createRandom, expectHarmless, hostileText, shown, styled } from "../lines.test-helper.ts";
import { displayWidth } from "./display-width.ts";
import { prefixLines, truncateLine, wrapLine } from "./wrap-line.ts";

it.each<[text: string, rows: string[]]>([
  ["", [""]],
  ["one two three", ["one two three"]],
  ["one two three four five", ["one two three four", "five"]],
  ["exactly twenty chars", ["exactly twenty chars"]],
  ["exactly twenty chars and", ["exactly twenty chars", "and"]],
  ["gap                              after", ["gap", "after"]],
  ["a-word-that-is-longer-than-a-row", ["a-word-that-is-longe", "r-than-a-row"]],
  ["日本語は空白なしで書かれる言語です", ["日本語は空白なしで書", "かれる言語です"]],
  ["é è ê ë ē ė ę ĕ ě ȅ ȇ ḕ", ["é è ê ë ē ė ę ĕ ě ȅ", "ȇ ḕ"]],
])("%j is broken between words where it can", (text, rows) => {
  expect(wrapLine([{ text }], 20).map(plainText)).toEqual(rows);
});

it("breaks code anywhere and keeps its spaces", () => {
  expect(wrapLine([{ text: "    if (a)           return b;" }], 20, "anywhere").map(plainText)).toEqual([
    "    if (a)          ",
    " return b;",
  ]);
});

it("keeps the style of each piece over breaks", () => {
  const line: Line = [{ text: "plain " }, { text: "strong and long enough", style: "strong" }, { text: " end" }];
  expect(styled(wrapLine(line, 20))).toBe("plain <strong:strong and>\n<strong:long enough> end");
});

it("never cuts an emoji, and counts it as two columns", () => {
  const family = "👩‍👩‍👧‍👦";
  expect(displayWidth(family)).toBe(2);
  expect(wrapLine([{ text: family.repeat(11) }], 20).map(plainText)).toEqual([family.repeat(10), family]);
});

it("shows that a line was cut", () => {
  expect(plainText(truncateLine([{ text: "0123456789" }], 8))).toBe("0123456…");
  expect(plainText(truncateLine([{ text: "01234567" }], 8))).toBe("01234567");
});

it("puts a mark before the first line and its width before the others", () => {
  expect(shown(prefixLines([[{ text: "a" }], [{ text: "b" }]], { text: "• " }))).toBe("• a\n  b");
});

it("makes no row too wide and loses nothing but spaces, whatever the text", () => {
  const random = createRandom(1);
  for (let round = 0; round < 300; round += 1) {
    const width = 20 + Math.floor(random() * 60);
    for (const text of cleanLines(hostileText(random, 20))) {
      for (const at of ["words", "anywhere"] as const) {
        const rows = wrapLine([{ text }], width, at);
        expectHarmless(rows, width);
        expect(rows.map(plainText).join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      }
    }
  }
});

it("finds no text narrower than Ink does", () => {
  const random = createRandom(2);
  for (let round = 0; round < 500; round += 1) {
    const [text = ""] = cleanLines(hostileText(random, 8));
    expect(displayWidth(text), JSON.stringify(text)).toBeGreaterThanOrEqual(stringWidth(text));
  }
});
