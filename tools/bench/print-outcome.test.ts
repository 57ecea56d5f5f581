import { expect, it } from "vitest";
import { describeOutcome, toJson } from "./print-outcome.ts";

const outcome = {
  bench: "later-turn",
  arms: [{ name: "bare", unit: "ms" as const, samples: Array.from({ length: 30 }, () => 20) }],
  findings: [
    { what: "ours - bare, p50", value: 4.5, unit: "ms" as const, target: 5 },
    { what: "ours / docker run", value: 0.061, unit: "x" as const, target: 0.05 },
    { what: "first output", value: 700, unit: "ms" as const },
  ],
  notes: ["measured once"],
};

it("a table shows each arm, and each finding against its target", () => {
  expect(describeOutcome(outcome)).toMatchInlineSnapshot(`
    "later-turn
      arm   unit   n   p50   p95   p99   max  mean
      bare    ms  30  20.0  20.0  20.0  20.0  20.0

      ours - bare, p50    4.50 ms    target 5 ms  PASS
      ours / docker run    0.06 x  target 0.05 x  over
      first output       700.0 ms
      note: measured once"
  `);
});

it("the JSON form carries every sample and the verdicts", () => {
  expect(toJson(outcome)).toMatchObject({
    arms: [{ samples: { length: 30 }, p99: 20 }],
    findings: [{ verdict: "PASS" }, { verdict: "over" }, { verdict: "stated" }],
  });
});
