import { CcError, describeError, type ErrorShape, exitCodeOf, isCcError } from "@cc-docker/protocol";
import { toJsonLine } from "./json.ts";
import { NEXT_STEPS } from "./next-steps.ts";
import { printable, printableLine } from "./printable.ts";

export type ErrorStyle = {
  json: boolean;
  /** Show where a defect of ours happened. */
  debug: boolean;
};

/** Anything thrown in this program, with what to type next. What is not in the table is a defect of this program. */
export function toFailure(thrown: unknown): ErrorShape {
  const error = isOfLostDirectory(thrown) ? lostDirectory() : thrown;
  if (isCcError(error)) {
    const failure = describeError(error.code, error.message);
    return { ...failure, hint: NEXT_STEPS[error.code] ?? failure.hint };
  }
  const message = `ccd failed: ${error instanceof Error ? error.message : String(error)}`;
  return { ...describeError("INTERNAL", message), hint: "This is a defect of ccd; CC_DOCKER_DEBUG=1 shows where." };
}

/** The exit code of who ends with it. */
export function endingOf(error: unknown): number {
  return exitCodeOf(toFailure(error).code);
}

/** Standing in a directory that is gone, a process has none: whatever asks for it fails so. */
function isOfLostDirectory(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === "uv_cwd";
}

function lostDirectory(): CcError {
  return new CcError("REQUEST_INVALID", "The current directory was removed: `cd` to one that is there.");
}

/** An output that takes nothing any more, as a file on a full disk. */
export function toOutputFailure({ code, message }: NodeJS.ErrnoException): CcError {
  const why = code === "ENOSPC" ? "the disk of the output is full" : message;
  return new CcError("OUTPUT_FAILED", `Not all of the output could be written: ${why}.`);
}

/** What stands on stderr: what happened on one line, what to do on the next; never a stack unless asked for. */
export function formatFailure(error: unknown, { json, debug }: ErrorStyle): string {
  const failure = toFailure(error);
  if (json) return toJsonLine({ error: failure });
  const stack =
    debug && failure.code === "INTERNAL" && error instanceof Error ? `${printable(error.stack ?? "")}\n` : "";
  return `${failure.code}: ${printableLine(failure.message)}\n${failure.hint}\n${stack}`;
}
