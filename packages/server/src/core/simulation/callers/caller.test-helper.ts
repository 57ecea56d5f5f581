/** Calls as the client makes them: one that gets no answer is made again, to whichever gateway is there. */
import { type ErrorCode, isCcError } from "@cc-docker/protocol";
import type { Core } from "../../core.ts";
import type { Gateways } from "../world/gateways.test-helper.ts";
import { Gone } from "../world/life.test-helper.ts";
import type { World } from "../world/world.test-helper.ts";
import type { Ledger } from "./ledger.test-helper.ts";

export type Caller = {
  /** @throws CcError what core refuses for good */
  insist<T>(work: (core: Core) => Promise<T>): Promise<T>;
  /** In the background: refusals of these codes are part of the game, anything else is a defect. */
  begin(name: string, work: () => Promise<void>, refusals?: readonly ErrorCode[]): void;
};

const PASSING = [
  "STORE_UNAVAILABLE",
  "STORE_FULL",
  "RUNTIME_UNAVAILABLE",
  "SERVER_STOPPING",
] as const satisfies ErrorCode[];

export function createCaller(world: World, gateways: Gateways, ledger: Ledger): Caller {
  const { clock, trace, defects } = world;
  const random = world.random("callers");

  async function insist<T>(work: (core: Core) => Promise<T>): Promise<T> {
    for (;;) {
      const gateway = gateways.up[random.between(0, Math.max(0, gateways.up.length - 1))];
      try {
        if (gateway) return await gateway.life.ask(() => work(gateway.core));
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      await clock.sleep(random.between(20, 1000));
    }
  }

  function begin(name: string, work: () => Promise<void>, refusals: readonly ErrorCode[] = []): void {
    trace.note(name);
    ledger.open.set(name, (ledger.open.get(name) ?? 0) + 1);
    void work()
      .catch((error: unknown) => {
        if (isCcError(error) && refusals.includes(error.code)) return trace.note(`${name}: ${error.code}`);
        defects.push(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
      })
      .finally(() => ledger.open.set(name, (ledger.open.get(name) ?? 0) - 1));
  }

  return { insist, begin };
}

function isPassing(error: unknown): boolean {
  return error instanceof Gone || PASSING.some((code) => isCcError(error, code));
}
