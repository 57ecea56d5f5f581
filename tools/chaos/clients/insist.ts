import { setTimeout as delay } from "node:timers/promises";
import { isCcError } from "@cc-docker/client";
import { ERRORS } from "@cc-docker/protocol";
import type { World } from "../world.ts";

const AGAIN_MS = 200;

/** Calls again until the gateway, and what it needs, is there. @returns `undefined` when it is refused */
export async function insist<T>({ signal }: Pick<World, "signal">, call: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isCcError(error)) throw error;
      if (ERRORS[error.code].http < 500) return undefined;
    }
    await delay(AGAIN_MS, undefined, { signal });
  }
}
