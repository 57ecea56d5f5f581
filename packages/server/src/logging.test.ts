import { describe, expect, it } from "vitest";
import { createRedactor } from "./lib/redact.ts";
import { inRequest, withLogFields } from "./lib/request-scope.ts";
import { createLogger } from "./logging.ts";

const SECRET = 'a "secret" that\nis known';

function openLog(level: Parameters<typeof createLogger>[0] = "DEBUG") {
  const lines: string[] = [];
  const log = createLogger(level, createRedactor([SECRET]), { write: (line) => lines.push(line) });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "") as Record<string, unknown> };
}

const TIMESTAMP = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const SHAPE = { timestamp: TIMESTAMP, level: "INFO", service: "gateway", message: "told" };

describe("a log line", () => {
  it("has the specified fields, and all others in extra", () => {
    const { log, last } = openLog();
    log.info({ session_id: "s", container_id: "c", size: 1 }, "told");
    expect(last()).toEqual({ ...SHAPE, session_id: "s", extra: { container_id: "c", size: 1 } });
    log.info({}, "told");
    expect(last()).toEqual({ ...SHAPE, extra: {} });
  });

  it("has the level by its specified name, and none below the one that is set", () => {
    const { log, lines, last } = openLog("INFO");
    for (const [level, name] of [
      ["info", "INFO"],
      ["warn", "WARNING"],
      ["error", "ERROR"],
    ] as const) {
      log[level]({}, "told");
      expect(last()).toMatchObject({ level: name });
    }
    log.debug({}, "told");
    expect(lines).toHaveLength(3);
  });

  it("has an error with its message, stack and cause", () => {
    const { log, last } = openLog();
    log.info({ err: new Error("outer", { cause: new Error("inner") }) }, "told");
    const err = { type: "Error", message: expect.stringContaining("outer"), stack: expect.stringContaining("inner") };
    expect(last()).toEqual({ ...SHAPE, extra: { err: expect.objectContaining(err) } });
  });

  it("has the ids of the request that it belongs to, across what is waited for; its own fields come first", async () => {
    const { log, last } = openLog();
    await inRequest({ requestId: "r", logFields: { request_id: "r" } }, async () => {
      await withLogFields({ session_id: "s" }, async () => {
        await Promise.resolve();
        log.info({}, "told");
        expect(last()).toEqual({ ...SHAPE, session_id: "s", extra: { request_id: "r" } });
        log.info({ session_id: "other" }, "told");
        expect(last()).toMatchObject({ session_id: "other" });
      });
      log.info({}, "told");
      expect(last()).toEqual({ ...SHAPE, extra: { request_id: "r" } });
    });
  });

  it("has no secret in it, wherever it was put", () => {
    const { log, lines } = openLog();
    log.error({ reason: SECRET, session_id: SECRET, err: new Error(`said ${SECRET}`, { cause: { SECRET } }) }, SECRET);
    expect(lines.join("")).not.toMatch(/secret.{1,3}that/s);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "ERROR", message: expect.stringMatching(/^\*+$/) });
  });

  it("is one line of plain text, whatever control, escape or direction characters are in it", () => {
    const { log, lines, last } = openLog();
    const hostile = "a\nb\r\u001b[31mred\u0007\u009b1m\u202egnp.exe\u2066\u2028\u2029\u200f\u007f";
    log.info({ reason: hostile, err: new Error(hostile) }, hostile);
    expect(lines.join("")).toMatch(/^[^\p{Cc}\p{Bidi_Control}\u2028\u2029]+\n$/u);
    expect(last()).toMatchObject({ message: hostile, extra: { reason: hostile, err: { message: hostile } } });
  });
});
