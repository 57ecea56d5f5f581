import type { Bus, Topic } from "../ports/bus/bus.ts";

/** Remembers a ring until somebody waits for it: many rings are one. Listens from the moment it is made. */
export type Bell = Disposable & {
  /** Resolves at the next ring, at once when it has rung since the last wait, or on `signal`. */
  wait(signal: AbortSignal): Promise<void>;
  /** What the newest ring said; -1 before the first. */
  readonly value: number;
};

export function createBell(bus: Bus, topic: Topic): Bell {
  let rung = false;
  let value = -1;
  let wake: (() => void) | undefined;
  const unsubscribe = bus.subscribe(topic, (_topic, rungValue) => {
    value = rungValue;
    rung = true;
    wake?.();
  });

  async function wait(signal: AbortSignal): Promise<void> {
    if (!rung && !signal.aborted) await nextRing(signal);
    rung = false;
  }

  async function nextRing(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    const onAbort = () => resolve();
    signal.addEventListener("abort", onAbort);
    await promise;
    signal.removeEventListener("abort", onAbort);
    wake = undefined;
  }

  return {
    wait,
    get value() {
      return value;
    },
    [Symbol.dispose]: unsubscribe,
  };
}
