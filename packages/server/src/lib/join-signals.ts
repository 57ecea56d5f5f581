export type JoinedSignals = {
  signal: AbortSignal;
  /** Aborts it, and lets go of the others. */
  abort(): void;
};

/**
 * Aborted with the first of the others. For a signal that is looked at for every event: that of `AbortSignal.any` asks
 * all its sources each time.
 */
export function joinSignals(others: readonly AbortSignal[]): JoinedSignals {
  const joined = new AbortController();

  function abort(): void {
    for (const other of others) other.removeEventListener("abort", abort);
    joined.abort();
  }

  if (others.some(({ aborted }) => aborted)) abort();
  else for (const other of others) other.addEventListener("abort", abort);
  return { signal: joined.signal, abort };
}
