import { expect, it } from "vitest";
import { parseTtl } from "./parse-ttl.ts";

it.each([
  ["45s", 45],
  ["15m", 900],
  ["12h", 43_200],
  ["30d", 2_592_000],
])("%s is %i seconds", (text, seconds) => {
  expect(parseTtl(text)).toBe(seconds);
});

it.each(["", "0s", "5", "d", "1.5h", "-1h", "1w", "99999d"])("%j is refused", (text) => {
  expect(() => parseTtl(text)).toThrow("s, m, h or d");
});
