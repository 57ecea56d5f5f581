import { describe, expect, it } from "vitest";
import { estimateCostUsd } from "./price.ts";

const usage = { inputTokens: 1e6, outputTokens: 1e6, cacheReadTokens: 1e6, cacheCreationTokens: 1e6 };
const nothingKnown = { costUsd: 0, usage: undefined };

describe("what calls cost, estimated", () => {
  it.each([
    ["claude-haiku-4-5-20251001", 7.35],
    ["claude-sonnet-5", 22.05],
    ["claude-opus-5-5", 36.75],
    ["claude-fable-5-1", 73.5],
    ["a model of tomorrow", 73.5],
  ])("by the list for %s", (model, usd) => {
    expect(estimateCostUsd([{ model, usage, hourCacheTokens: 0 }], nothingKnown)).toBeCloseTo(usd, 6);
  });

  it("twice the input's price for what is to stay in the cache for an hour, by the list", () => {
    const written = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 3e6 };
    const use = { model: "claude-opus-5-5", usage: written, hourCacheTokens: 2e6 };
    expect(estimateCostUsd([use], nothingKnown)).toBeCloseTo(5 * (1.25 + 2 * 2), 6);
    expect(estimateCostUsd([use], { costUsd: 12, usage: written })).toBeCloseTo(12, 6);
  });

  it("is by what the session's turns have cost so far, where they have", () => {
    const one = { ...usage, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 };
    const known = { costUsd: 2, usage: { ...one, inputTokens: 4e6 } };
    expect(estimateCostUsd([{ model: "claude-opus-5-5", usage: one, hourCacheTokens: 0 }], known)).toBeCloseTo(0.5, 6);
  });

  it("is nothing for nothing", () => {
    expect(estimateCostUsd([], { costUsd: 2, usage })).toBe(0);
  });
});
