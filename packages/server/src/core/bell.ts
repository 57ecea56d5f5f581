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
  let heeded: AbortSignal | undefined;
  const unsubscribe = bus.subscribe(topic, (_topic, rungValue) => {
    value = rungValue;
    rung = true;
    wake?.();
  });
  const onAbort = () => wake?.();

  async function wait(signal: AbortSignal): Promise<void> {
    if (signal !== heeded) heed(signal);
    if (!rung && !signal.aborted)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    wake = undefined;
    rung = false;
  }

  /** Most wait for one signal all their life. */
  function heed(signal?: AbortSignal): void {
    heeded?.removeEventListener("abort", onAbort);
    heeded = signal;
    signal?.addEventListener("abort", onAbort);
  }

  return {
    wait,
    get value() {
      return value;
    },
    [Symbol.dispose]() {
      heed();
      unsubscribe();
    },
  };
}
