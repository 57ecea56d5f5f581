/** One kill, as the plan has it. Whoever is away already, or has no session now, is missed. */
import { setTimeout as delay } from "node:timers/promises";
import { hitContainer } from "./hit-container.ts";
import type { Kill, KillKind } from "./plan-kills.ts";
import type { Targets } from "./targets.ts";

/** @returns what came of it, in words */
export type CarryOut = (kill: Kill) => Promise<string>;

export function createCarryOut(targets: Targets): CarryOut {
  const { gateway, engine, history, signal } = targets;
  const away = new Set<string>();

  /** Kills and starts again; nobody is killed twice at once. @throws what kept it from starting */
  async function bounce(who: string, awayMs: number, kill: () => Promise<void>, start: () => Promise<void>) {
    if (away.has(who)) return "missed: away already";
    away.add(who);
    history.crashed({ what: who });
    await kill();
    await delay(awayMs, undefined, { signal });
    const startedAt = Date.now();
    await start();
    away.delete(who);
    return `killed, started again after ${awayMs} ms, back in ${Date.now() - startedAt} ms`;
  }

  async function bounceEngine(awayMs: number, keepsContainers: boolean): Promise<string> {
    if (engine === undefined) return "missed: the engine is not ours";
    return bounce("engine", awayMs, engine.kill, async () => {
      await engine.start({ keepsContainers });
      history.crashed({ what: "engine" }); // containers outlive the kill; it is the next engine that ends them
    });
  }

  const ways: Record<KillKind, CarryOut> = {
    gateway: ({ awayMs }) => bounce("gateway", awayMs, gateway.kill, gateway.start),
    engine: ({ awayMs }) => bounceEngine(awayMs, false),
    "engine-alone": ({ awayMs }) => bounceEngine(awayMs, true),
    wrapper: (kill) => hitContainer(targets, kill),
    agent: (kill) => hitContainer(targets, kill),
    container: (kill) => hitContainer(targets, kill),
    "container-removed": (kill) => hitContainer(targets, kill),
  };
  return (kill) => ways[kill.kind](kill);
}
