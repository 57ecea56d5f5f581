/** Tells gateways of containers that end, once each. What it could not tell while the engine was away it finds later. */

import type { Random } from "../../../lib/random.ts";
import type { Instance, InstanceExit } from "../../../ports/runtime/runtime.ts";
import type { Life } from "../world/life.test-helper.ts";
import type { VirtualClock } from "../world/virtual-clock.test-helper.ts";

const LOOKS_AGAIN_AFTER_MS = 500;

export function createExitWatch(
  clock: VirtualClock,
  random: Random,
  engine: { isAway: () => boolean; listEnded: () => Instance[] },
) {
  const changeListeners = new Set<() => void>();
  const watchers = new Set<(exit: InstanceExit) => void>();

  function subscribe(life: Life, listener: (exit: InstanceExit) => void): () => void {
    const reported = new Set<string>();
    const tell = (exit: InstanceExit) => {
      const key = `${exit.sessionId}/${exit.generation}`;
      if (reported.has(key)) return;
      reported.add(key);
      const afterMs = random.next() < 0.1 ? random.between(500, 4000) : random.between(1, 30);
      clock.after(afterMs, () => life.happen(() => void (watchers.has(tell) && listener(exit))));
    };
    const unsubscribe = () => void watchers.delete(tell);
    watchers.add(tell);
    life.onDeath(unsubscribe);
    if (!engine.isAway()) look(tell);
    return unsubscribe;
  }

  /** Something changed without the gateway, or the engine is back. */
  function change(): void {
    if (engine.isAway()) return;
    for (const hear of changeListeners) clock.after(random.between(1, 30), hear);
  }

  function onChange(life: Life, listener: () => void): () => void {
    const hear = () => life.happen(() => void (changeListeners.has(hear) && listener()));
    changeListeners.add(hear);
    const unsubscribe = () => void changeListeners.delete(hear);
    life.onDeath(unsubscribe);
    return unsubscribe;
  }

  function look(tell: (exit: InstanceExit) => void): void {
    for (const instance of engine.listEnded()) tell({ ...instance, detail: "it was found ended" });
  }

  return {
    subscribe,
    onChange,
    change,
    report: (exit: InstanceExit) => {
      if (!engine.isAway()) for (const tell of watchers) tell(exit);
    },
    lookAgain: () =>
      void clock.after(LOOKS_AGAIN_AFTER_MS, () => {
        if (engine.isAway()) return;
        for (const tell of watchers) look(tell);
        change();
      }),
  };
}
