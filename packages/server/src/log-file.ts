/** The log in a file of bounded size. */
import { copyFileSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { CcError } from "@cc-docker/protocol";
import type { LogOutput } from "./logging.ts";

const MAX_BYTES = 10_000_000;

/**
 * Adds lines to the file, each written before the caller goes on. Before one would make it longer than `maxBytes` the
 * file is copied to PATH.1, in place of what was there, and begun anew: it stays the same file, so that stderr may go
 * there too. What cannot be written is dropped, as on a full disk: the gateway does not end for its log.
 * @throws CcError CONFIG_INVALID when it cannot be opened
 */
export function openLogFile(path: string, maxBytes = MAX_BYTES): LogOutput {
  const file = open(path);

  function write(line: string): void {
    const bytes = Buffer.from(line);
    try {
      if (fstatSync(file).size + bytes.length > maxBytes) beginAnew();
      writeSync(file, bytes);
    } catch {
      // nobody could be told but by this file
    }
  }

  function beginAnew(): void {
    try {
      copyFileSync(path, `${path}.1`);
    } finally {
      ftruncateSync(file);
    }
  }

  return { write };
}

function open(path: string): number {
  try {
    return openSync(path, "a", 0o600);
  } catch (cause) {
    throw new CcError("CONFIG_INVALID", `LOG_FILE=${path}: ${(cause as Error).message}`, { cause });
  }
}
