import { expect, it } from "vitest";
import { prompt, said, source, tool } from "../entries/entries.test-helper.ts";
import { plainText } from "../line.ts";
import { createRandom, hostileText, styled } from "../lines.test-helper.ts";
import { createLineIndex } from "../lines-index/line-index.ts";
import type { Place } from "../lines-index/walk.ts";
import { type Direction, findNext, highlightMatches } from "./search.ts";

const entries = source(
  [
    prompt("find the Needle", "p"),
    said("a needle\n\nno\n\nanother needle", { id: "a" }),
    tool("Bash", { id: "b", input: { command: "true" }, output: "1\n2\n3\n4\n5 needle\n6" }),
    said("**hay**", { id: "c" }),
  ],
  3,
);

function find(from: Place, direction: Direction, words = "needle", expanded = new Set<string>()) {
  const index = createLineIndex({ isExpanded: (id) => expanded.has(id) });
  index.resize({ width: 40 });
  return findNext({ index, source: entries }, words, from, direction);
}

it("finds line after line, down and up, in either case", () => {
  const start = { position: 3, row: -1 };
  const first = find(start, "down");
  expect(first).toEqual({ position: 3, row: 0, entryId: "p", isHidden: false });
  const second = find({ position: 3, row: 0 }, "down");
  expect(second).toMatchObject({ position: 4, row: 1 });
  expect(find({ position: 4, row: 1 }, "down")).toMatchObject({ position: 4, row: 5 });
  expect(find({ position: 4, row: 5 }, "up")).toEqual(second);
  expect(find({ position: 4, row: 1 }, "up")).toEqual(first);
  expect(find({ position: 3, row: 0 }, "up")).toBeUndefined();
  expect(find({ position: 0, row: 0 }, "down")).toEqual(first);
  expect(find({ position: 99, row: 0 }, "up")).toMatchObject({ position: 5 });
});

it("says when a match is hidden in what is collapsed, and where it is once that is expanded", () => {
  expect(find({ position: 4, row: 5 }, "down")).toEqual({ position: 5, row: 0, entryId: "b", isHidden: true });
  expect(find({ position: 4, row: 5 }, "down", "needle", new Set(["b"]))).toMatchObject({ row: 7, isHidden: false });
});

it("finds nothing for no words, and nothing that is not there", () => {
  expect(find({ position: 3, row: 0 }, "down", "")).toBeUndefined();
  expect(find({ position: 3, row: 0 }, "down", "pin")).toBeUndefined();
  expect(find({ position: 3, row: 0 }, "down", "**hay")).toBeUndefined();
});

it("marks what matches, over the bounds of styles", () => {
  expect(styled([highlightMatches([{ text: "a nee" }, { text: "dle needle", style: "strong" }], "Needle")])).toBe(
    "a <match:nee><match:dle><strong: ><match:needle>",
  );
});

it("changes no text by marking it", () => {
  const random = createRandom(7);
  for (let round = 0; round < 300; round += 1) {
    const line = Array.from({ length: 4 }, () => ({ text: hostileText(random, 3) }));
    expect(plainText(highlightMatches(line, hostileText(random, 1)))).toBe(plainText(line));
  }
});
