/** What a gateway in the background writes, and what it says there when it does not come up. */
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { CcError, describeError, isErrorCode } from "@cc-docker/protocol";
import type { LocalFiles } from "./data-dir.ts";
import { readTail } from "./read-tail.ts";

const TAIL_BYTES = 2000;

/** To add to it; the data directory is made where there is none. @throws CcError CONFIG_INVALID */
export async function openLog({ dataDir, log }: LocalFiles): Promise<FileHandle> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((cause: Error) => {
    throw new CcError("CONFIG_INVALID", `DATA_DIR=${dataDir} cannot be used: ${cause.message}.`, { cause });
  });
  return open(log, "a", 0o600).catch((cause: Error) => {
    throw new CcError("CONFIG_INVALID", `The log ${log} cannot be written: ${cause.message}.`, { cause });
  });
}

/** Why a gateway has ended that was to serve: in its own words, where those are the last of its log. */
export async function readStartFailure(log: string): Promise<CcError> {
  const tail = await readTail(log, TAIL_BYTES);
  for (const { 1: code = "", index } of [...tail.matchAll(/^([A-Z_]+): /gm)].toReversed()) {
    if (!isErrorCode(code)) continue;
    const { hint } = describeError(code, "");
    const message = tail.slice(index + code.length + 2, -hint.length).trim();
    if (tail.endsWith(`\n${hint}`)) return new CcError(code, `The gateway did not start. ${message}`);
  }
  return new CcError("SERVER_UNREACHABLE", `The gateway did not start. ${log} ends:\n${tail}`);
}
