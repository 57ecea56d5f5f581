/** The time of something that can be made to stand still: what falls due meanwhile happens when it goes on, in order. */
import type { VirtualClock } from "../world/virtual-clock.test-helper.ts";

/** The time that a program in an instance has. */
export type ProgramClock = Pick<VirtualClock, "now" | "after" | "sleep">;

export type FreezableClock = ProgramClock & { readonly isFrozen: boolean; freeze(): void; thaw(): void };

export function createFreezableClock(clock: ProgramClock): FreezableClock {
  const due: (() => void)[] = [];
  let isFrozen = false;

  function after(ms: number, work: () => void): () => void {
    let isCancelled = false;
    const run = () => {
      if (isCancelled) return;
      if (isFrozen) due.push(run);
      else work();
    };
    const cancel = clock.after(ms, run);
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  return {
    get now() {
      return clock.now;
    },
    get isFrozen() {
      return isFrozen;
    },
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    freeze: () => void (isFrozen = true),
    thaw: () => {
      if (!isFrozen) return;
      isFrozen = false;
      for (const run of due.splice(0)) clock.after(0, run);
    },
  };
}
