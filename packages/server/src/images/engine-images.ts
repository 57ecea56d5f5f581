import { CcError, isCcError } from "@cc-docker/protocol";
import type Docker from "dockerode";

/** Whether the engine has the image; throws `RUNTIME_UNAVAILABLE` when there is no engine to ask. */
export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw toImageError(error);
  }
}

/** An answer of the engine is a failed build, no answer is a missing engine; the rest is not the engine's. */
export function toImageError(error: unknown): unknown {
  if (isCcError(error) || !(error instanceof Error)) return error;
  if (statusOf(error) !== undefined) return new CcError("IMAGE_BUILD_FAILED", error.message.trim(), { cause: error });
  if (!isConnectionError(error)) return error;
  return new CcError("RUNTIME_UNAVAILABLE", `No Docker Engine answers: ${error.message}`, { cause: error });
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
}

const CONNECTION_ERRORS: readonly unknown[] = [
  "ENOENT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EACCES",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EPIPE",
];

function isConnectionError(error: Error): boolean {
  return "syscall" in error && "code" in error && CONNECTION_ERRORS.includes(error.code);
}
