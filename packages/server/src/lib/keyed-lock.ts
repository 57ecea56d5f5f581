/** Runs works of one key one after the other, in the order asked; those of different keys side by side. */
export type KeyedLock<Key> = <T>(key: Key, work: () => Promise<T>) => Promise<T>;

export function createKeyedLock<Key>(): KeyedLock<Key> {
  const tails = new Map<Key, Promise<unknown>>();

  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const done = before.then(work);
    const tail = done.catch(() => undefined); // the next one does not care how this one ended
    tails.set(key, tail);
    try {
      return await done;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}
