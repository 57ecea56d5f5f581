/** Forgets the entries that came first, beyond `max`: a Map and a Set keep the order. */
export function dropOldest<Key>(
  kept: { size: number; keys(): Iterable<Key>; delete(key: Key): boolean },
  max: number,
): void {
  for (const key of kept.keys()) {
    if (kept.size <= max) return;
    kept.delete(key);
  }
}
