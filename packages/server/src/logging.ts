import { pino, stdSerializers } from "pino";
import type { Config } from "./config.ts";
import { escapeLine } from "./lib/escape-line.ts";
import type { Logger } from "./lib/logger.ts";
import type { Redactor } from "./lib/redact.ts";
import { currentRequest } from "./lib/request-scope.ts";

const LEVELS = { DEBUG: "debug", INFO: "info", WARNING: "warn", ERROR: "error" } as const;
const NAMES: Record<string, string> = { debug: "DEBUG", info: "INFO", warn: "WARNING", error: "ERROR" };

/**
 * What outsiders have put into a line is data: no secret of `redactor` leaves in it, and nothing a terminal obeys.
 * One JSON object a line on stderr: `timestamp`, `level`, `service`, `message`, `session_id` of what concerns a
 * session, and all other fields in `extra`, among them the `request_id` of what a request has begun.
 */
export function createLogger(level: Config["LOG_LEVEL"], redactor: Redactor, out: LogOutput = stderr()): Logger {
  const options = {
    level: LEVELS[level],
    base: { service: "gateway" },
    messageKey: "message",
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    mixin: () => currentRequest()?.logFields ?? {},
    hooks: { streamWrite: (line: string) => escapeLine(redactor.text(line)) },
    formatters: { level: (label: string) => ({ level: NAMES[label] ?? label.toUpperCase() }), log: shapeFields },
  };
  return pino(options, out);
}

/** Takes one line at a time, with its end. */
export type LogOutput = { write(line: string): unknown };

/** Written before the caller goes on: the last lines of a process that dies are the ones that are wanted. */
function stderr(): LogOutput {
  return pino.destination({ fd: 2, sync: true });
}

function shapeFields({ session_id: sessionId, err, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const error = err instanceof Error ? stdSerializers.err(err) : err;
  const extra = { ...rest, ...(err !== undefined && { err: error }) };
  return { ...(sessionId !== undefined && { session_id: sessionId }), extra };
}
