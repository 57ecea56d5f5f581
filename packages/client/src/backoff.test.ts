import { expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

it("doubles from 100 ms to 5 s", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 60].map((attempt) => backoffMs(attempt, () => 1));
  expect(longest).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

it("never waits less than half of that", () => {
  expect(backoffMs(1, () => 0)).toBe(50);
  expect(backoffMs(60, () => 0)).toBe(2500);
});
