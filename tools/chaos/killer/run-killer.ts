import { setTimeout as delay } from "node:timers/promises";
import type { CarryOut } from "./carry-out.ts";
import type { Kill, KillKind } from "./plan-kills.ts";

/** What was killed when, and what came of it. */
export type Killed = { atMs: number; kind: KillKind; what: string };

export type Killer = {
  plan: readonly Kill[];
  carryOut: CarryOut;
  onKilled: (killed: Killed) => void;
  signal: AbortSignal;
};

/**
 * Carries the plan out; kills may overlap. Resolves when all is up again.
 * @throws what kept somebody from coming back
 */
export async function runKiller({ plan, carryOut, onKilled, signal }: Killer): Promise<void> {
  const startedAt = Date.now();
  const failed = new AbortController();
  const underWay: Promise<void>[] = [];

  async function one(kill: Kill): Promise<void> {
    const atMs = Date.now() - startedAt;
    onKilled({ atMs, kind: kill.kind, what: await carryOut(kill) });
  }

  for (const kill of plan) {
    const isDue = delay(Math.max(0, kill.atMs - (Date.now() - startedAt)), true, {
      signal: AbortSignal.any([signal, failed.signal]),
    });
    if (!(await isDue.catch(() => false))) break;
    const carrying = one(kill);
    carrying.catch(() => failed.abort());
    underWay.push(carrying);
  }
  await Promise.all(underWay);
  signal.throwIfAborted();
}
