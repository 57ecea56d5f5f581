import { describe, expect, it } from "vitest";
import { ERRORS, type ErrorCode, EXIT_CODES, exitCodeOf, isErrorCode } from "./errors.ts";

describe("exit codes", () => {
  it.each<[ErrorCode, number]>([
    ["INTERNAL", 1],
    ["PROMPT_EMPTY", 2],
    ["CONFIG_INVALID", 2],
    ["SESSION_NOT_FOUND", 3],
    ["TOKEN_EXPIRED", 4],
    ["IDEMPOTENCY_KEY_REUSED", 4],
    ["MODEL_AUTH_FAILED", 4],
    ["MODEL_OVERLOADED", 5],
    ["SERVER_UNREACHABLE", 5],
  ])("of %s is %i", (code, exitCode) => {
    expect(exitCodeOf(code)).toBe(exitCode);
  });

  it("of an error is never that of success or of an interruption", () => {
    const notErrors = new Set<number>([EXIT_CODES.ok, EXIT_CODES.interrupted]);
    const codes = Object.keys(ERRORS).filter(isErrorCode);
    expect(codes.filter((code) => notErrors.has(exitCodeOf(code)))).toEqual([]);
  });
});
