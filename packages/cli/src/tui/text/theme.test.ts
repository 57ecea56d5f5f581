import { expect, it } from "vitest";
import type { Line } from "./line.ts";
import { createTheme } from "./theme.ts";
import { toAnsi } from "./to-ansi.ts";

const line: Line = [{ text: "a " }, { text: "bad", style: "failure" }, { text: " b", style: "muted" }];

it.each([
  [1, "a \x1b[1mbad\x1b[0m b"],
  [4, "a \x1b[1;31mbad\x1b[0m\x1b[90m b\x1b[0m"],
  [8, "a \x1b[1;38;5;203mbad\x1b[0m\x1b[38;5;245m b\x1b[0m"],
  [24, "a \x1b[1;38;5;203mbad\x1b[0m\x1b[38;5;245m b\x1b[0m"],
])("uses what a terminal of %i bits of colour has", (colorDepth, ansi) => {
  expect(toAnsi(line, createTheme({ colorDepth, background: "dark" }))).toBe(ansi);
});

it("has other colours on a light background", () => {
  expect(toAnsi(line, createTheme({ colorDepth: 8, background: "light" }))).toBe(
    "a \x1b[1;38;5;160mbad\x1b[0m\x1b[38;5;242m b\x1b[0m",
  );
});
