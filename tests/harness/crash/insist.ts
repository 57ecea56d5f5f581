import { setTimeout as sleep } from "node:timers/promises";
import { isCcError } from "@cc-docker/client";

/** Longer than a gateway takes to start on a busy machine. */
const AWAY_MS = 20_000;
const EVERY_MS = 50;

/** TOKEN_MISSING: the first start has not made the secret yet. */
const AWAY = ["SERVER_UNREACHABLE", "SERVER_STOPPING", "TOKEN_MISSING"] as const;

/** As whoever was not answered: asks again until the gateway is back. */
export async function insist<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + AWAY_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!AWAY.some((code) => isCcError(error, code)) || performance.now() > deadline) throw error;
    }
    await sleep(EVERY_MS);
  }
}
