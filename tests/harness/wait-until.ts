import { setTimeout as sleep } from "node:timers/promises";

export type WaitOptions = { what: string; deadlineMs?: number; everyMs?: number };

/**
 * Asks again until `probe` gives something true, and returns it.
 * @throws Error naming `what` was waited for, with the last answer or failure, after `deadlineMs`
 */
export async function waitUntil<T>(
  probe: () => T | Promise<T>,
  { what, deadlineMs = 30_000, everyMs = 20 }: WaitOptions,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const last = await attempt(probe);
    if (last.value) return last.value;
    if (performance.now() > deadline)
      throw new Error(`Waited ${deadlineMs} ms for ${what}; the last answer was ${last.said}`, { cause: last.error });
    await sleep(everyMs);
  }
}

type Attempt<T> = { value?: T; said: string; error?: unknown };

async function attempt<T>(probe: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    const value = await probe();
    return { value, said: String(value) };
  } catch (error) {
    return { error, said: String(error) };
  }
}

/** The promise, or an error that names `what` was waited for. */
export async function within<T>(work: Promise<T>, { what, deadlineMs = 30_000 }: WaitOptions): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Waited ${deadlineMs} ms for ${what}`)), deadlineMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
