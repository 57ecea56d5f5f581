/** Whatever went wrong, as the one error type a caller of this package meets. */
import { CcError, isCcError, isErrorCode } from "@cc-docker/protocol";

/** @returns the CcError that an answer's body speaks of: a tRPC error carries it in `data.cc`, others in `error`. */
export function findErrorIn(answer: unknown): CcError | undefined {
  const [first] = Array.isArray(answer) ? answer : [answer];
  const error = fieldOf(first, "error") ?? first;
  const cc = fieldOf(fieldOf(error, "data"), "cc") ?? error;
  const [code, message] = [fieldOf(cc, "code"), fieldOf(cc, "message")];
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  if (isErrorCode(code)) return new CcError(code, message, { retryAfterSeconds: secondsOf(cc) });
  return new CcError("INTERNAL", `The gateway answered ${code}, which this client does not know: ${message}`);
}

/** What a call threw, as a CcError. tRPC wraps what the server said and what the connection threw. */
export function toClientError(error: unknown): CcError {
  if (isCcError(error)) return error;
  const cause = fieldOf(error, "cause");
  if (isCcError(cause)) return cause;
  const said = findErrorIn(fieldOf(error, "shape"));
  return said ?? new CcError("INTERNAL", `The client failed: ${String(fieldOf(error, "message"))}`, { cause: error });
}

function secondsOf(cc: unknown): number | undefined {
  const seconds = fieldOf(cc, "retryAfterSeconds");
  return typeof seconds === "number" && seconds >= 0 ? seconds : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
