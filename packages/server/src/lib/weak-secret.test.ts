import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { isWeakSecret } from "./weak-secret.ts";

it.each([
  "your-jwt-secret-key-that-is-long-enough",
  "change-me-change-me-change-me-change-me",
  "a".repeat(64),
  "abc123".repeat(8),
  "00000000000000000000000000000001",
])("%s is weak", (secret) => {
  expect(isWeakSecret(secret)).toBe(true);
});

it("random digits are not", () => {
  for (let n = 0; n < 1000; n += 1) {
    expect(isWeakSecret(randomBytes(16).toString("hex"))).toBe(false);
    expect(isWeakSecret(randomBytes(32).toString("base64url"))).toBe(false);
  }
});
