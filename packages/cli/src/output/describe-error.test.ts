import { CcError } from "@cc-docker/protocol";
import { expect, it } from "vitest";
import { formatFailure } from "./describe-error.ts";

const plain = { json: false, debug: false };

it("says what happened on one line and what to do on the next", () => {
  const error = new CcError("AGENT_EXITED", "Claude Code ended:\n  \x1b[31mout of memory\x1b[0m");
  expect(formatFailure(error, plain)).toBe(
    "AGENT_EXITED: Claude Code ended: out of memory\n" +
      "Claude Code ended by itself; the message carries the last lines it wrote.\n",
  );
});

it("is one JSON object for programs", () => {
  const error = new CcError("SESSION_NOT_FOUND", "There is no session x.");
  expect(JSON.parse(formatFailure(error, { json: true, debug: false }))).toEqual({
    error: {
      code: "SESSION_NOT_FOUND",
      message: "There is no session x.",
      hint: "`ccd ls` lists your sessions.",
      retry: "never",
    },
  });
});

it("shows a stack for a defect only, and only when asked", () => {
  const defect = new TypeError("x is not a function");
  expect(formatFailure(defect, plain)).toMatch(/^INTERNAL: ccd failed: x is not a function\n.*CC_DOCKER_DEBUG=1.*\n$/);
  expect(formatFailure(defect, { json: false, debug: true })).toContain("describe-error.test.ts");
  expect(formatFailure(new CcError("TOKEN_EXPIRED", "old"), { json: false, debug: true })).not.toContain(".ts");
});
