import { expect, it } from "vitest";
import { createRandom, expectHarmless, hostileText } from "./lines.test-helper.ts";
import { showTyped } from "./typed-text.ts";

it.each([
  ["plain text", "ab c", "ab c"],
  ["a tab as a space", "a\tb", "a b"],
  ["an escape sequence", "a\u001b[2Jb", "a\\x1b[2Jb"],
  ["a carriage return", "a\r", "a\\x0d"],
  ["marks of direction", "a\u202eb", "a\\u202eb"],
  ["what nobody sees", "a\u200bb\u3164", "a\\u{200b}b\\u{3164}"],
  ["half a character", "a\ud83d", "a\\u{d83d}"],
  ["emoji and accents", "👩‍💻 e\u0301", "👩‍💻 e\u0301"],
  ["a pile of accents", `a${"\u0301".repeat(7)}`, `a${"\u0301".repeat(6)}\\u{301}`],
])("shows %s", (_, typed, text) => {
  expect(showTyped(typed).text).toBe(text);
});

it("knows where each place of the text is in what is shown", () => {
  const { text, at } = showTyped("K\u001bL\u200bM");
  expect(["K", "L", "M"].map((letter) => text.indexOf(letter))).toEqual([0, 2, 4].map(at));
  expect(at(5)).toBe(text.length);
});

it("is harmless, whatever was pasted", () => {
  const random = createRandom(3);
  for (let round = 0; round < 200; round += 1) {
    const { text } = showTyped(hostileText(random, 10));
    expectHarmless([[{ text }]], Number.POSITIVE_INFINITY);
  }
});
