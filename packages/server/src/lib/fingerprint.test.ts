import { describe, expect, it } from "vitest";
import { fingerprint } from "./fingerprint.ts";

describe("a fingerprint", () => {
  it.each([
    [
      { a: 1, b: { c: [1, 2], d: "x" } },
      { b: { d: "x", c: [1, 2] }, a: 1 },
    ],
    [{ a: 1, b: undefined }, { a: 1 }],
  ])("of %j is that of its equal", (one, other) => {
    expect(fingerprint(one)).toBe(fingerprint(other));
  });

  it.each([
    [{ a: 1 }, { a: "1" }],
    [{ list: [1, 2] }, { list: [2, 1] }],
    [{}, { a: null }],
  ])("tells %j from another value", (one, other) => {
    expect(fingerprint(one)).not.toBe(fingerprint(other));
  });
});
