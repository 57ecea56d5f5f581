/** What a gateway in the background writes, and what it says there when it does not come up. */
import { type FileHandle, open } from "node:fs/promises";
import { CcError, describeError, isErrorCode } from "@cc-docker/protocol";
import type { LocalFiles } from "./data-dir.ts";
import { makeDirectory } from "./make-directory.ts";
import { readTail } from "./read-tail.ts";

const TAIL_BYTES = 2000;

/** To add to it; the data directory is made where there is none. @throws CcError CONFIG_INVALID */
export async function openLog({ dataDir, log }: LocalFiles): Promise<FileHandle> {
  try {
    makeDirectory(dataDir);
  } catch (cause) {
    throw new CcError("CONFIG_INVALID", `DATA_DIR=${dataDir} cannot be used: ${(cause as Error).message}.`, { cause });
  }
  return open(log, "a", 0o600).catch((cause: Error) => {
    throw new CcError("CONFIG_INVALID", `The log ${log} cannot be written: ${cause.message}.`, { cause });
  });
}

/** Why a gateway has ended that was to serve: in its own words, where those are the last of its log. */
export async function readStartFailure(log: string): Promise<CcError> {
  const tail = await readTail(log, TAIL_BYTES);
  const message = `The gateway did not start. ${log} ends:\n${tail}`;
  return parseFailure(tail) ?? new CcError("SERVER_UNREACHABLE", message);
}

/** What a gateway that has not started ended its output with, if that is in its own words. */
export function parseFailure(tail: string): CcError | undefined {
  for (const { 1: code = "", index } of [...tail.matchAll(/^([A-Z_]+): /gm)].toReversed()) {
    if (!isErrorCode(code)) continue;
    const { hint } = describeError(code, "");
    const message = tail
      .trimEnd()
      .slice(index + code.length + 2, -hint.length)
      .trim();
    if (tail.trimEnd().endsWith(`\n${hint}`)) return new CcError(code, `The gateway did not start. ${message}`);
  }
  return undefined;
}
