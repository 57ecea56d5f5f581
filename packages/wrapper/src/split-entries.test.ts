import { expect, it } from "vitest";
import { splitEntries } from "./split-entries.ts";

const MIB = 1024 * 1024;
const entry = (size: number) => ({ type: "user", text: "x".repeat(size) });

it("a long run of entries goes in parts, in order, each entry once, none too large but for one that is so alone", () => {
  const entries = [10, MIB, MIB, 20, 5 * MIB, 30, 40].map(entry);
  const parts = splitEntries(entries);
  expect(parts.flat()).toEqual(entries);
  expect(parts.map((part) => part.length)).toEqual([2, 2, 1, 2]);
  expect(splitEntries([])).toEqual([]);
});
