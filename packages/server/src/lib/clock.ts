/** Time and timers as core sees them, so that tests can give their own. */
export type Clock = {
  /** The wall's time, for people: ISO 8601, UTC. */
  nowIso(): string;
  /** Milliseconds that no change of the wall's time touches; only differences mean anything. */
  monotonicMs(): number;
  /** Runs `work` once, after `ms`; the returned function cancels it. Keeps no process alive. */
  setTimer(ms: number, work: () => void): () => void;
};

export const systemClock: Clock = {
  nowIso: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
  setTimer(ms, work) {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** The longest that a timer takes: a signed number of 32 bits. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a timer can be set to. Of what is longer, whoever cannot be early looks again. */
export function toTimerMs(ms: number): number {
  return Math.min(Math.max(0, ms), MAX_TIMER_MS);
}

/** As `AbortSignal.timeout`, by the given clock. */
export function timeoutSignal(clock: Clock, ms: number): AbortSignal {
  const controller = new AbortController();
  clock.setTimer(ms, () => controller.abort(new DOMException(`${ms} ms have passed.`, "TimeoutError")));
  return controller.signal;
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.setTimer(ms, resolve);
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort);
  await promise;
  signal.removeEventListener("abort", onAbort);
  cancel();
}
