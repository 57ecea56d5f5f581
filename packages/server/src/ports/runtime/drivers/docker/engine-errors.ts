import { CcError } from "@cc-docker/protocol";

/** What the engine's API answers with; `reason` is dockerode's word for the status. */
type EngineError = Error & { statusCode?: number; code?: string };

export function statusOf(error: unknown): number | undefined {
  return (error as EngineError).statusCode;
}

/** For calls that have no error of their own: an engine that is away is named, the rest is left to the caller. */
export function translateLostEngine(error: unknown): unknown {
  const { statusCode, code, name, message } = error as EngineError;
  if (statusCode !== undefined) return error;
  if (code === "ABORT_ERR" || name === "AbortError" || name === "TimeoutError")
    return new CcError("RUNTIME_UNAVAILABLE", "The Docker Engine did not answer in time.", { cause: error });
  if (!isConnectionError(code)) return error;
  return new CcError("RUNTIME_UNAVAILABLE", `The Docker Engine does not answer: ${message}`, { cause: error });
}

/** Lets through what is ours, names what is known of the engine, leaves the rest to the caller. */
export function translateEngineError(error: unknown, image?: string): unknown {
  const { statusCode, message } = error as EngineError;
  if (statusCode === undefined) return translateLostEngine(error);
  if (statusCode === 404 && image !== undefined && /no such image/i.test(message)) {
    return new CcError("IMAGE_NOT_FOUND", `The session image ${image} does not exist on the engine.`, { cause: error });
  }
  if (/no space left on device/i.test(message))
    return new CcError("ENGINE_DISK_FULL", `The Docker Engine has no space: ${message}`, { cause: error });
  return new CcError("INSTANCE_START_FAILED", `The Docker Engine refused: ${message}`, { cause: error });
}

function isConnectionError(code: string | undefined): boolean {
  return ["ECONNREFUSED", "ENOENT", "EACCES", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENOTFOUND"].includes(
    code ?? "",
  );
}

/** Of our own directories, which are in the data directory. */
export function translateFileError(error: unknown): unknown {
  const { code, message } = error as EngineError;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new CcError("STORE_FULL", `The data directory has no space for a link's socket: ${message}`, { cause: error });
}

/** Resolves also when the thing was gone already, or is going. */
export async function ignoreGone(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (![304, 404, 409].includes(statusOf(error) ?? 0)) throw error;
  });
}
