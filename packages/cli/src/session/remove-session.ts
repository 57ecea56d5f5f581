import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@cc-docker/client";
import { CcError, isCcError, type SessionId } from "@cc-docker/protocol";

/** As long as a gateway may take to restart. */
const TRYING_MS = 10_000;
const PAUSE_MS = 1000;

/**
 * Removes a session whatever its state, and gets over a gateway that restarts meanwhile: then `onAway` is told.
 * @throws CcError the reason why it is still there, with its id in the message
 */
export async function removeSession(
  client: Client,
  sessionId: SessionId,
  onAway: (message: string) => void,
): Promise<void> {
  const deadline = Date.now() + TRYING_MS;
  for (let tries = 1; ; tries += 1) {
    try {
      return await client.sessions.delete.mutate({ sessionId });
    } catch (error) {
      if (isCcError(error, "SESSION_NOT_FOUND")) return;
      if (!isAway(error) || Date.now() > deadline) throw leftBehind(sessionId, error);
      if (tries === 1) onAway(`Session ${sessionId} is still to be removed: ${error.message}`);
    }
    await sleep(PAUSE_MS);
  }
}

function isAway(error: unknown): error is CcError {
  return isCcError(error, "SERVER_UNREACHABLE") || isCcError(error, "SERVER_STOPPING");
}

function leftBehind(sessionId: SessionId, error: unknown): unknown {
  if (!isCcError(error)) return error;
  const message = `Session ${sessionId} was left behind (remove it with \`ccd rm ${sessionId}\`): ${error.message}`;
  return new CcError(error.code, message, { cause: error });
}
