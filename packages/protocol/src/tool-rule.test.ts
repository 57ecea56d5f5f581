import { expect, it } from "vitest";
import { ToolRule } from "./tool-rule.ts";

it.each(["Bash", "Bash(npm test *)", "Edit(/src/**)", "Bash(echo שלום é 🙂)"])("takes %s for a rule", (rule) => {
  expect(ToolRule.safeParse(rule).success).toBe(true);
});

it.each([
  ["turns the direction", "\u202e"],
  ["has no width", "\u200b"],
  ["joins", "\u200d"],
  ["is a soft hyphen", "\u00ad"],
  ["fills in for a letter", "\u115f"],
  ["fills in for a vowel", "\u1160"],
  ["fills in for Hangul", "\u3164"],
  ["fills in at half width", "\uffa0"],
  ["is an empty pattern", "\u2800"],
  ["selects a variation", "\ufe0f"],
  ["selects a variation beyond the first plane", "\u{e0100}"],
  ["annotates", "\ufff9"],
  ["breaks the line", "\u2028"],
  ["tags", "\u{e0041}"],
])("refuses a rule with a character that %s", (_, character) => {
  expect(ToolRule.safeParse(`Bash(touch a${character}b)`).success).toBe(false);
});
