import { describe, expect, it } from "vitest";
import { digestInputs } from "./digest.ts";

describe("the digest of inputs", () => {
  it("is 12 hex digits and the same for the same inputs in another order", () => {
    const digest = digestInputs({ a: "1", b: "2" });
    expect(digest).toMatch(/^[0-9a-f]{12}$/);
    expect(digestInputs({ b: "2", a: "1" })).toBe(digest);
  });

  it.each([
    ["a content changes", { a: "1", b: "3" }],
    ["a name changes", { a: "1", c: "2" }],
    ["an input is added, even an empty one", { a: "1", b: "2", c: "" }],
    ["bytes move from one input to another", { a: "12", b: "" }],
  ])("differs when %s", (_, inputs) => {
    expect(digestInputs(inputs)).not.toBe(digestInputs({ a: "1", b: "2" }));
  });

  it("does not tell text from the same bytes", () => {
    expect(digestInputs({ a: Buffer.from("ü") })).toBe(digestInputs({ a: "ü" }));
  });
});
