import { describe, expect, it } from "vitest";
import { readResetMs } from "./rate-limit.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
/** The service's own clock is three hours ahead of ours. */
const date = "Sun, 01 Mar 2026 15:00:00 GMT";

describe("a rate limit's reset", () => {
  it.each([
    ["a duration", { "retry-after": "30" }, 30_000],
    ["a duration of part of a second", { "retry-after": "0.5" }, 500],
    ["a date, by the clock of the answer", { date, "retry-after": "Sun, 01 Mar 2026 15:00:40 GMT" }, 40_000],
    ["a date without one of the answer", { "retry-after": "Sun, 01 Mar 2026 12:00:40 GMT" }, 40_000],
    ["a date that is past", { date, "retry-after": "Sun, 01 Mar 2026 12:00:40 GMT" }, 0],
    [
      "a subscription's second",
      { date, "anthropic-ratelimit-unified-reset": String(NOW / 1000 + 10_800 + 50) },
      50_000,
    ],
    [
      "the latest of the limits that are used up",
      {
        date,
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": "2026-03-01T15:00:10Z",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": "2026-03-01T15:00:20Z",
        "anthropic-ratelimit-output-tokens-remaining": "7",
        "anthropic-ratelimit-output-tokens-reset": "2026-03-01T15:00:59Z",
      },
      20_000,
    ],
    ["the duration before any date", { date, "retry-after": "5", "anthropic-ratelimit-unified-reset": "9" }, 5000],
  ])("is read from %s", (_name, headers, ms) => {
    expect(readResetMs(headers, NOW)).toBe(ms);
  });

  it.each([{}, { "retry-after": "soon" }, { "retry-after": "-5" }, { "retry-after": "NaN" }, { date }])(
    "is not made up: %j",
    (headers) => {
      expect(readResetMs(headers, NOW)).toBeUndefined();
    },
  );
});
