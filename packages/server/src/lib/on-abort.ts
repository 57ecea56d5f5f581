const heard = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `act` when the signal is aborted; at once if it is. As `addEventListener`, for a signal that thousands listen
 * to: that looks through all it has for each that is added.
 * @returns what forgets it
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => undefined;
  }
  const acts = heard.get(signal) ?? hear(signal);
  const own = () => act();
  acts.add(own);
  return () => acts.delete(own);
}

function hear(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>();
  heard.set(signal, acts);
  signal.addEventListener("abort", () => {
    for (const act of acts) act();
  });
  return acts;
}
