import { describe, expect, it } from "vitest";
import { looksLikeId, pickId } from "./pick-id.ts";

const [first, second] = ["3d9a72fa-79eb-4d23-b21e-f58d0431a0f9", "3d9a00fa-79eb-4d23-b21e-f58d0431a0f9"];
const known = [first, second];
const kind = { noun: "session", notFound: "SESSION_NOT_FOUND" } as const;

describe("what is named by the beginning of its id", () => {
  it("is found, in any case", () => {
    expect(pickId(known, "3d9a7", kind)).toBe(first);
    expect(pickId(known, "3D9A0", kind)).toBe(second);
  });

  it("is refused when the beginning fits several", () => {
    expect(() => pickId(known, "3d9a", kind)).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID", message: `"3d9a" fits 2 sessions: ${first}, ${second}.` }),
    );
  });

  it("is not found when the beginning fits none", () => {
    expect(() => pickId(known, "ffff", kind)).toThrow(expect.objectContaining({ code: "SESSION_NOT_FOUND" }));
  });

  it("is refused when the beginning is too short to be meant", () => {
    expect(() => pickId([first], "3d9", kind)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });
});

it.each([
  ["3d9a", true],
  [first, true],
  ["3D9A-", true],
  ["3d9", false],
  ["not on a Monday", false],
  ["", false],
])("%j looks like an id: %s", (text, does) => {
  expect(looksLikeId(text)).toBe(does);
});
