import type { SessionId } from "@cc-docker/protocol";
import { expect, it } from "vitest";
import { pickSession } from "./find-session.ts";

const [first, second] = ["3d9a72fa-79eb-4d23-b21e-f58d0431a0f9", "3d9a00fa-79eb-4d23-b21e-f58d0431a0f9"] as SessionId[];
const known = [first, second] as SessionId[];

it("is found by the beginning of its id, in any case", () => {
  expect(pickSession(known, "3d9a7")).toBe(first);
  expect(pickSession(known, "3D9A0")).toBe(second);
});

it("is refused when the beginning fits several", () => {
  expect(() => pickSession(known, "3d9a")).toThrow(
    expect.objectContaining({ code: "REQUEST_INVALID", message: `"3d9a" fits 2 sessions: ${first}, ${second}.` }),
  );
});

it("is not found when the beginning fits none", () => {
  expect(() => pickSession(known, "ffff")).toThrow(expect.objectContaining({ code: "SESSION_NOT_FOUND" }));
});

it("is refused when the beginning is too short to be meant", () => {
  expect(() => pickSession([first] as SessionId[], "3d9")).toThrow(
    expect.objectContaining({ code: "REQUEST_INVALID" }),
  );
});
