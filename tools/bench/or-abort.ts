/** The promise, or the signal's reason as soon as it aborts. What the promise does after that is nobody's concern. */
export async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A sample that takes this long is broken: no arm is slower than some seconds. */
const SAMPLE_MS = 60_000;

export async function withinSample<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return orAbort(promise, AbortSignal.any([signal, AbortSignal.timeout(SAMPLE_MS)]));
}
