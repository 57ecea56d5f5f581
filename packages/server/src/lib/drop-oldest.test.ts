import { expect, test } from "vitest";
import { dropOldest } from "./drop-oldest.ts";

test("what came first goes, and no more than is beyond the bound", () => {
  const names = new Set(["a", "b", "c"]);
  dropOldest(names, 3);
  expect([...names]).toEqual(["a", "b", "c"]);
  dropOldest(names, 1);
  expect([...names]).toEqual(["c"]);
  const counts = new Map([
    ["a", 1],
    ["b", 2],
  ]);
  dropOldest(counts, 0);
  expect(counts.size).toBe(0);
});
