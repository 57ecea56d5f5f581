import library from "string-width";
import { expect, it } from "vitest";
import { stringWidth } from "./string-width.ts";

it.each([
  "",
  "plain",
  "\x1b[1;31mred\x1b[0m",
  "\x1b]8;;http://example.org\x07link\x1b]8;;\x07",
  "─ │ … › ● ✓ ✗ ◌ ░▓█ ▁▇",
  "日本語 한국어 ｆｕｌｌ",
  "é e\u0301 ñ",
  "👍 👍🏽 👩‍👩‍👧‍👦 🇩🇪 ❤️ 1️⃣ ⌚ ☃",
  "\u1112\u1161\u11ab",
  "\n\t\x07\u200b",
])("counts the columns of %j as the library does", (text) => {
  expect(stringWidth(text)).toBe(library(text));
});
