import { expect, it } from "vitest";
import { toDecision } from "./asker.ts";

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
