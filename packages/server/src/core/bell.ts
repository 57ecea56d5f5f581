import type { Bus, Topic } from "../ports/bus/bus.ts";

/** Remembers a ring until somebody waits for it: many rings are one. Listens from the moment it is made. */
export type Bell = Disposable & {
  /**
   * Resolves at the next ring, at once when it has rung since the last wait, or on `signal`. The wait goes on after
   * rings that `isDealtWith`, which is called as it rings, has dealt with.
   */
  wait(signal: AbortSignal, isDealtWith?: () => boolean): Promise<void>;
  /** Ends the wait. */
  wake(): void;
  /** The highest that a ring has said, for one may be heard after a later one; -1 before the first. */
  readonly value: number;
};

export function createBell(bus: Bus, topic: Topic): Bell {
  let rung = false;
  let value = -1;
  let end: (() => void) | undefined;
  let deal: (() => boolean) | undefined;
  let heeded: AbortSignal | undefined;
  const unsubscribe = bus.subscribe(topic, (_topic, rungValue) => {
    value = Math.max(value, rungValue);
    if (deal?.()) return;
    rung = true;
    wake();
  });

  function wake(): void {
    deal = undefined;
    end?.();
  }

  async function wait(signal: AbortSignal, isDealtWith?: () => boolean): Promise<void> {
    if (signal !== heeded) heed(signal);
    if (!rung && !signal.aborted)
      await new Promise<void>((resolve) => {
        end = resolve;
        deal = isDealtWith;
      });
    end = undefined;
    rung = false;
  }

  /** Most wait for one signal all their life. */
  function heed(signal?: AbortSignal): void {
    heeded?.removeEventListener("abort", wake);
    heeded = signal;
    signal?.addEventListener("abort", wake);
  }

  return {
    wait,
    wake,
    get value() {
      return value;
    },
    [Symbol.dispose]() {
      heed();
      unsubscribe();
    },
  };
}
