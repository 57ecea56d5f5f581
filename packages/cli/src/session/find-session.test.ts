import type { Session } from "@cc-docker/client";
import { expect, it } from "vitest";
import { pickSession } from "./find-session.ts";

const ids = ["3d9a72fa-79eb-4d23-b21e-f58d0431a0f9", "77c0aafa-79eb-4d23-b21e-f58d0431a0f9"] as const;
const session = (id: string, name?: string) => ({ id, status: "idle", ...(name && { name }) }) as Session;

it("is found by its name, else by the beginning of its id", () => {
  const known = [session(ids[0], "77c0"), session(ids[1])];
  expect(pickSession(known, "77c0")).toBe(ids[0]);
  expect(pickSession(known, "77c0a")).toBe(ids[1]);
});

it("is refused when several are called so, and they are named", () => {
  const known = [session(ids[0], "docs"), session(ids[1], "docs")];
  expect(() => pickSession(known, "docs")).toThrow(
    expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringContaining(ids[1]) }),
  );
});
