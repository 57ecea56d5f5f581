import { describe, expect, it } from "vitest";
import { describeOutcome, type Outcome } from "./print-outcome.ts";

const outcome: Outcome = {
  seed: 7,
  kills: [{ atMs: 3000, kind: "gateway", what: "killed" }],
  counts: { prompts: 12 },
  checks: [{ what: "R1: each prompt ends", violations: [] }],
};

describe("the outcome of a run", () => {
  it("names seed, kills, counts, checks and verdict, each on its line", () => {
    expect(describeOutcome(outcome).split("\n")).toEqual([
      "seed 7",
      "     3.0 s  gateway            killed",
      "      12  prompts",
      "PASS  R1: each prompt ends",
      "verdict: PASS",
    ]);
  });

  it("is a failure when a check is broken, and shows the first ten of the many ways", () => {
    const violations = Array.from({ length: 12 }, (_, index) => `way ${index}`);
    const lines = describeOutcome({ ...outcome, checks: [{ what: "R2", violations }] }).split("\n");
    expect(lines.slice(3, 5)).toEqual(["FAIL  R2", "      way 0"]);
    expect(lines.slice(-2)).toEqual(["      and 2 more", "verdict: FAIL"]);
  });

  it("is a failure when the run did not come to its end", () => {
    const lines = describeOutcome({ ...outcome, checks: [], trouble: "the gateway is gone" }).split("\n");
    expect(lines.slice(-2)).toEqual(["the run did not come to its end: the gateway is gone", "verdict: FAIL"]);
  });
});
