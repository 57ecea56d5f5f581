import { describe, expect, it } from "vitest";
import { encodeOnce } from "./text-form.ts";

describe("a page that many are sent", () => {
  it("is encoded once", () => {
    let calls = 0;
    const encode = encodeOnce((page) => {
      calls += 1;
      return page.map(({ json }) => json).join("");
    });
    const page = [
      { seq: 1, json: "ä" },
      { seq: 2, json: "b" },
    ];
    expect(encode(page)).toEqual(Buffer.from("äb"));
    expect(encode(page)).toBe(encode(page));
    expect(calls).toBe(1);
    expect(encode([...page])).toEqual(encode(page));
    expect(calls).toBe(2);
  });
});
