import { describeError, type ErrorShape, isCcError } from "@cc-docker/protocol";
import { toJsonLine } from "./json.ts";
import { NEXT_STEPS } from "./next-steps.ts";
import { printable, printableLine } from "./printable.ts";

export type ErrorStyle = {
  json: boolean;
  /** Show where a defect of ours happened. */
  debug: boolean;
};

/** Anything thrown in this program, with what to type next. What is not in the table is a defect of this program. */
export function toFailure(error: unknown): ErrorShape {
  if (isCcError(error)) {
    const failure = describeError(error.code, error.message);
    return { ...failure, hint: NEXT_STEPS[error.code] ?? failure.hint };
  }
  const message = `ccd failed: ${error instanceof Error ? error.message : String(error)}`;
  return { ...describeError("INTERNAL", message), hint: "This is a defect of ccd; CC_DOCKER_DEBUG=1 shows where." };
}

/** What stands on stderr: what happened on one line, what to do on the next; never a stack unless asked for. */
export function formatFailure(error: unknown, { json, debug }: ErrorStyle): string {
  const failure = toFailure(error);
  if (json) return toJsonLine({ error: failure });
  const stack =
    debug && failure.code === "INTERNAL" && error instanceof Error ? `${printable(error.stack ?? "")}\n` : "";
  return `${failure.code}: ${printableLine(failure.message)}\n${failure.hint}\n${stack}`;
}
