import { pino } from "pino";
import type { Config } from "./config.ts";
import type { Logger } from "./lib/logger.ts";

const LEVELS = { DEBUG: "debug", INFO: "info", WARNING: "warn", ERROR: "error" } as const;
const NAMES: Record<string, string> = { debug: "DEBUG", info: "INFO", warn: "WARNING", error: "ERROR" };

/** One JSON object a line on stderr: timestamp, level, service, message, and ids as fields of their own. */
export function createLogger(level: Config["LOG_LEVEL"]): Logger {
  const options = {
    level: LEVELS[level],
    base: { service: "gateway" },
    messageKey: "message",
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: NAMES[label] ?? label.toUpperCase() }) },
  };
  return pino(options, pino.destination({ fd: 2, sync: true }));
}
