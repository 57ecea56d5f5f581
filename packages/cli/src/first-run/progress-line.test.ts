import { expect, it } from "vitest";
import { progressLine } from "./progress-line.ts";

it("draws how far it is, with bytes and the time that is left", () => {
  const bytes = { done: 52_400_000, of: 131_000_000 };
  expect(progressLine({ step: "pulling an image", done: 0.25, bytes }, 30_000)).toBe(
    "[######..................]  25 %, 52 MB of 131 MB, 1:30 left  pulling an image",
  );
});

it("guesses no time before it can, nor when nothing is left", () => {
  expect(progressLine({ step: "x", done: 0 }, 60_000)).toBe("[........................]   0 %  x");
  expect(progressLine({ step: "x", done: 0.5 }, 1000)).not.toContain("left");
  expect(progressLine({ step: "x", done: 1, bytes: { done: 7e6 } }, 60_000)).toBe(
    "[########################] 100 %, 7 MB  x",
  );
});
