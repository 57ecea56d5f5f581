import { describe, expect, it } from "vitest";
import { percentile, summarize } from "./stats.ts";

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => last - index);

describe("the summary of samples", () => {
  it.each([
    [50, 50],
    [95, 95],
    [99, 99],
    [100, 100],
  ])("has %i percent of a hundred samples at or below its percentile", (percent, expected) => {
    expect(percentile(oneTo(100), percent)).toBe(expected);
  });

  it("takes the worst of few samples for their p99", () => {
    expect(percentile(oneTo(30), 99)).toBe(30);
  });

  it("compares samples as numbers and leaves them as they were", () => {
    const samples = [10, 9, 100];
    expect(summarize(samples)).toEqual({ n: 3, p50: 10, p95: 100, p99: 100, max: 100, mean: 119 / 3 });
    expect(samples).toEqual([10, 9, 100]);
  });

  it("is not a number when nothing was measured", () => {
    expect(summarize([]).p50).toBeNaN();
  });
});
