import { expect, it } from "vitest";
import { said, source, tool } from "../entries/entries.test-helper.ts";
import { createLineIndex } from "../lines-index/line-index.ts";
import { countMatches, MOST_COUNTED } from "./count-matches.ts";

function count(entries: Parameters<typeof source>[0], at?: { position: number; row: number }) {
  const index = createLineIndex({ isExpanded: () => false });
  index.resize({ width: 40 });
  return countMatches({ index, source: source(entries, 3) }, "needle", at);
}

it("counts the rows that hold the words, and what hides them, and says which one is shown", () => {
  const hidden = tool("Bash", { id: "b", input: { command: "true" }, output: "1\n2\n3\n4\n5 needle\n6" });
  const entries = [said("a needle\n\nno\n\nanother needle", { id: "a" }), hidden, said("needle", { id: "c" })];
  expect(count(entries)).toEqual({ total: 4, isCut: false, current: undefined });
  expect(count(entries, { position: 3, row: 0 })).toMatchObject({ current: 1 });
  expect(count(entries, { position: 5, row: 1 })).toMatchObject({ current: 4 });
});

it("stops counting what are very many", () => {
  const many = Array.from({ length: MOST_COUNTED + 1 }, (_, n) => said("needle", { id: `e${n}` }));
  expect(count(many.slice(1))).toMatchObject({ total: MOST_COUNTED, isCut: false });
  expect(count(many)).toMatchObject({ total: MOST_COUNTED, isCut: true });
});
