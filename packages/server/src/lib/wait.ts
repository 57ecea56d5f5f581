import { type Clock, pause } from "./clock.ts";

/**
 * Calls `work` until it succeeds, `delayMs` apart. Ends with the last error once `signal` is aborted: every wait has
 * an end, and the caller chooses it (`timeoutSignal(…)`). An error that is not `passing` ends it at once.
 */
export async function retry<T>(
  work: () => Promise<T>,
  {
    clock,
    signal,
    delayMs,
    isPassing = () => true,
  }: { clock: Clock; signal: AbortSignal; delayMs: number; isPassing?: (error: unknown) => boolean },
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await pause(clock, delayMs, signal);
      if (signal.aborted) throw error;
    }
  }
}

/** The promise, or the signal's reason as soon as it is aborted: for calls that cannot be cancelled themselves. */
export async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined); // once nobody waits for it any more, its failure is nobody's either
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
