/** The engine's freezer. A container that is as it should be, or is gone, is fine. */
import { CcError } from "@cc-docker/protocol";
import type Docker from "dockerode";
import { systemClock } from "../../../../lib/clock.ts";
import { retry } from "../../../../lib/wait.ts";
import { ignoreGone, statusOf } from "./engine-errors.ts";

const PAUSE_TIMEOUT_MS = 5000;
const RETRY_MS = 50;

/**
 * On a loaded machine the kernel may give up on a container whose processes keep changing: then it is asked again.
 * @throws CcError RUNTIME_UNAVAILABLE
 */
export async function pauseContainer(container: Docker.Container, closing: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(PAUSE_TIMEOUT_MS)]);
  const isPassing = (error: unknown) => statusOf(error) === 500;
  await retry(() => ignoreGone(container.pause()), { clock: systemClock, signal, delayMs: RETRY_MS, isPassing }).catch(
    (error: unknown) => {
      if (!isPassing(error)) throw error;
      const reason = (error as Error).message;
      throw new CcError("RUNTIME_UNAVAILABLE", `The Docker Engine could not pause it: ${reason}`, { cause: error });
    },
  );
}

/** The engine has no status of its own for "somebody else was faster". */
export async function unpauseContainer(container: Docker.Container): Promise<void> {
  await ignoreGone(container.unpause()).catch((error: unknown) => {
    if (!/is not paused/.test((error as Error).message)) throw error;
  });
}
