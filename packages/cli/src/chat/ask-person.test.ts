import { expect, it } from "vitest";
import { toDecision } from "./ask-person.ts";

it.each([
  ["y", { decision: "allow" }],
  [" YES ", { decision: "allow" }],
  ["n", { decision: "deny" }],
  ["no", { decision: "deny" }],
  ["n not on a Monday", { decision: "deny", message: "not on a Monday" }],
  ["No\nfor two reasons", { decision: "deny", message: "for two reasons" }],
  ["", undefined],
  ["yes please", undefined],
  ["nothing", undefined],
])("takes %j for %j", (typed, answer) => {
  expect(toDecision(typed)).toEqual(answer);
});

it.each([
  ["a", { decision: "allow", rule: "Bash(ls *)" }],
  [" Always ", { decision: "allow", rule: "Bash(ls *)" }],
  ["a Bash(npm test *) ", { decision: "allow", rule: "Bash(npm test *)" }],
  ["y", { decision: "allow" }],
  ['e {"command":"ls"}', { decision: "allow", updatedInput: { command: "ls" } }],
  ['edit {\n"command":\n"ls"} ', { decision: "allow", updatedInput: { command: "ls" } }],
  ['e {"command":', undefined],
  ["e ls", undefined],
  ["and", undefined],
])("takes %j for %j where something can be allowed for good", (typed, answer) => {
  expect(toDecision(typed, { suggested: "Bash(ls *)" })).toEqual(answer);
});

it("takes always for no answer where nothing can be allowed for good", () => {
  expect(toDecision("always")).toBeUndefined();
  expect(toDecision("e {}")).toBeUndefined();
});

it("allows nothing for good by always alone where no rule is suggested", () => {
  expect(toDecision("a", { suggested: undefined })).toBeUndefined();
  expect(toDecision("a Bash(ls)", { suggested: undefined })).toEqual({ decision: "allow", rule: "Bash(ls)" });
});
