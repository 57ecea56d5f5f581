import { expect, it } from "vitest";
import { suggestRule } from "./suggest-rule.ts";

it.each<[string, string[] | undefined, string | undefined]>([
  ["what is suggested first", ["Bash(npm test *)", "Bash(npm *)"], "Bash(npm test *)"],
  ["nothing when nothing is: how an agent writes a command widens no rule", undefined, undefined],
  ["nothing when what is suggested does not show what it is", ["Bash(ls \u202e*)"], undefined],
  ["nothing when a joiner hides in what is suggested", ["Bash(ls a\u200db *)"], undefined],
])("always means %s", (_, suggestedRules, rule) => {
  expect(suggestRule({ suggestedRules })).toBe(rule);
});
