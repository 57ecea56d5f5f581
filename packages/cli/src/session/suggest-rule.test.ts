import { expect, it } from "vitest";
import { suggestRule } from "./suggest-rule.ts";

it.each<[string, string[] | undefined, string]>([
  ["what is suggested first", ["Bash(npm test *)", "Bash(npm *)"], "Bash(npm test *)"],
  ["the tool when nothing is", undefined, "Bash"],
  ["the tool when what is suggested does not show what it is", ["Bash(ls \u202e*)"], "Bash"],
])("always means %s", (_, suggestedRules, rule) => {
  expect(suggestRule({ toolName: "Bash", suggestedRules })).toBe(rule);
});
