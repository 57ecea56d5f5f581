import { expect, it } from "vitest";
import { plainText, span } from "../text/line.ts";
import { fit, spread, widthOf, words } from "./fit-line.ts";

const line = (text: string) => [span(text, undefined)];

it("fills a line, or cuts it with an ellipsis, by columns", () => {
  expect(plainText(fit(line("ab"), 5))).toBe("ab   ");
  expect(plainText(fit(line("ab"), 5, "right"))).toBe("   ab");
  expect(plainText(fit(line("abcdefgh"), 5))).toBe("abcd…");
  expect(widthOf(fit(line("日本語日本語"), 5))).toBe(5);
});

it.each([0, 1, 2, 3, 80])("is as wide as it is told, also when that is %i", (width) => {
  expect(widthOf(fit(line("日本語 and more"), width))).toBe(width);
});

it("keeps the right end and cuts the left one", () => {
  expect(plainText(spread(line("a long title"), line("12 s"), 12))).toBe("a long… 12 s");
});

it("shows what agents wrote without their line breaks and control sequences", () => {
  expect(words("one\n\u001b[2Jtwo").text).toBe("one two");
});
