import { expect, it } from "vitest";
import { silenceLimitOf } from "./answer-limits.ts";

it.each([
  ["GET", "sessions.list", 10_000],
  ["GET", "sessions.get,sessions.stats", 10_000],
  ["POST", "chat.send", 30_000],
  ["POST", "sessions.fork", 300_000],
  ["POST", "chat.ask", undefined],
  ["GET", "events.follow", undefined],
])("%s %s may be silent for %s ms", (method, calls, limit) => {
  expect(silenceLimitOf(new URL(`http://gateway/below/trpc/${calls}?batch=1`), method)).toBe(limit);
});
