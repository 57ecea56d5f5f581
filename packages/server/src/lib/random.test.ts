import { expect, it } from "vitest";
import { createRandom } from "./random.ts";

const take = (seed: number, stream: string) => {
  const random = createRandom(seed, stream);
  return Array.from({ length: 5 }, () => random.next());
};

it("the same seed and stream choose the same, another seed or stream something else", () => {
  expect(take(1, "killer")).toEqual(take(1, "killer"));
  expect(take(1, "killer")).not.toEqual(take(2, "killer"));
  expect(take(1, "killer")).not.toEqual(take(1, "seat 0"));
});

it("whole numbers and picks cover their range and do not leave it", () => {
  const random = createRandom(3, "test");
  const numbers = new Set(Array.from({ length: 200 }, () => random.between(2, 5)));
  expect(numbers).toEqual(new Set([2, 3, 4, 5]));
  const picks = new Set(Array.from({ length: 200 }, () => random.pick(["a", "b", "c"])));
  expect(picks).toEqual(new Set(["a", "b", "c"]));
});
