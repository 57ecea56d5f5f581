/** An async iterable that others push into; the SDK reads its prompts from it for the life of the process. */
export type PromptQueue<T> = { push(value: T): void; end(): void; iterate(): AsyncGenerator<T, void, undefined> };

export function createPromptQueue<T>(): PromptQueue<T> {
  const values: T[] = [];
  let ended = false;
  let wake: (() => void) | undefined;

  async function* iterate(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const value = values.shift();
      if (value !== undefined) yield value;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    push: (value) => {
      values.push(value);
      wake?.();
    },
    end: () => {
      ended = true;
      wake?.();
    },
    iterate,
  };
}
