import { CcError, isCcError } from "@cc-docker/protocol";

/** A write, or the growth of the index of the log of commits, that the disk had no space for. */
const NO_SPACE: ReadonlySet<string> = new Set(["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"]);

/** An error of the table for what the database refused; anything else as it is, which makes it a defect. */
export function toStoreError(cause: unknown): unknown {
  if (isCcError(cause)) return cause;
  const code = codeOf(cause);
  if (!code.startsWith("SQLITE_")) return cause;
  if (NO_SPACE.has(code))
    return new CcError("STORE_FULL", `The database has no space to write to (${code}).`, { cause });
  return new CcError("STORE_UNAVAILABLE", `The database refused: ${(cause as Error).message} (${code}).`, { cause });
}

/** Of an error that has none: nothing. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
