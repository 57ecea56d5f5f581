/**
 * As `for await`, but whoever waits for the next item keeps nothing of the last one: a thousand that wait for something
 * small may each have got something large before.
 */
export async function forEachOf<Item>(items: AsyncIterable<Item>, act: (item: Item) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();

  async function step(): Promise<boolean> {
    const { done, value } = await iterator.next();
    if (done === true) return false;
    await act(value);
    return true;
  }

  let isOpen = true;
  try {
    while (await step());
    isOpen = false;
  } finally {
    if (isOpen) await iterator.return?.();
  }
}
