import { SessionId } from "@cc-docker/protocol";
import { expect, it } from "vitest";
import { createLog } from "./log.ts";

it("the wrapper's lines have the gateway's shape, one object a line, and end somewhere", () => {
  const lines: string[] = [];
  const sessionId = SessionId.parse("00000000-0000-4000-8000-000000000001");
  createLog(sessionId, (line) => lines.push(line))(`two\nlines ${"x".repeat(5000)}`);
  expect(lines.join("")).toMatch(/^[^\n]{1000,1300}\n$/);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    level: "INFO",
    service: "wrapper",
    session_id: sessionId,
    message: expect.stringMatching(/^two\nlines x+$/),
    extra: {},
  });
});
