import { expect, it } from "vitest";
import { createFolding } from "./folding.ts";

it("unfolds one, or all but one, and folds again", () => {
  const folding = createFolding();
  folding.toggle("a");
  expect(["a", "b"].map(folding.isUnfolded)).toEqual([true, false]);
  folding.toggleAll();
  folding.toggle("a");
  expect(["a", "b"].map(folding.isUnfolded)).toEqual([false, true]);
});

it("remembers the newest of thousands that were unfolded", () => {
  const folding = createFolding();
  for (let n = 0; n < 5000; n += 1) folding.toggle(`entry ${n}`);
  const unfolded = Array.from({ length: 5000 }, (_, n) => `entry ${n}`).filter(folding.isUnfolded);
  expect(unfolded).toHaveLength(1000);
  expect(unfolded.at(-1)).toBe("entry 4999");
});
