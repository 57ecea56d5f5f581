import { expect, it } from "vitest";
import { formatAge, formatBytes, formatCost, formatSeconds } from "./amounts.ts";

it.each([
  [-5, "0s"],
  [59_999, "59s"],
  [60_000, "1m"],
  [3_599_000, "59m"],
  [7_200_000, "2h"],
  [86_400_000 * 3, "3d"],
])("shows an age of %i ms as %s", (ms, shown) => {
  expect(formatAge(ms)).toBe(shown);
});

it("shows small costs to a hundredth of a cent, others to the cent", () => {
  expect([0, 0.0613062, 12.3456].map(formatCost)).toEqual(["$0.0000", "$0.0613", "$12.35"]);
});

it("shows a duration in seconds", () => {
  expect(formatSeconds(478)).toBe("0.5 s");
});

it("shows bytes in the unit that fits", () => {
  expect([0, 1023, 1536, 3.2 * 1024 ** 3, 5 * 1024 ** 5].map(formatBytes)).toEqual([
    "0 B",
    "1023 B",
    "1.5 KiB",
    "3.2 GiB",
    "5120.0 TiB",
  ]);
});
