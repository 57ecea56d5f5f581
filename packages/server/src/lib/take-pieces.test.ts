import { describe, expect, it } from "vitest";
import { takePieces } from "./take-pieces.ts";

const cut = (words: string[], max: number) => [...takePieces(words, { max, sizeOf: ({ length }) => length })];

describe("pieces of a list", () => {
  it("are as large as they may be, and keep the order", () => {
    expect(cut(["aa", "b", "cc", "d", "e"], 3)).toEqual([["aa", "b"], ["cc", "d"], ["e"]]);
  });

  it("are one where all fits, and none of nothing", () => {
    expect(cut(["a", "b"], 2)).toEqual([["a", "b"]]);
    expect(cut([], 2)).toEqual([]);
  });

  it("hold what is too large alone", () => {
    expect(cut(["a", "bbbbb", "c"], 3)).toEqual([["a"], ["bbbbb"], ["c"]]);
  });
});
