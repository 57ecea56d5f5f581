/** Resolves after `ms`, or at once when `signal` aborts. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

/** What `act` resolves to, unless `signal` aborts first. @throws the signal's reason then, without waiting for `act` */
export async function orAbort<T>(act: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return act();
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([act(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
