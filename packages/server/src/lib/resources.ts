/** Things to undo, in reverse order of their making. Use: acquire, then `add` at once; `await using` or `close()`. */
export type Resources = AsyncDisposable & {
  /** @param name appears in the error when `undo` fails. After `close()` there is nobody left to undo: throws. */
  add(name: string, undo: () => unknown): void;
  /**
   * Undoes the newest first, one after the other, and goes on past failures; then throws the first of them.
   * A second call does nothing more and shares the first one's outcome.
   */
  close(): Promise<void>;
};

export function createResources(): Resources {
  const undos: { name: string; undo: () => unknown }[] = [];
  let closing: Promise<void> | undefined;

  async function undoAll(): Promise<void> {
    const failures: Error[] = [];
    for (const { name, undo } of undos.toReversed()) {
      try {
        await undo();
      } catch (cause) {
        failures.push(new Error(`Could not close ${name}: ${String(cause)}`, { cause }));
      }
    }
    if (failures[0]) throw failures[0];
  }

  function close(): Promise<void> {
    closing ??= undoAll();
    return closing;
  }

  return {
    add(name, undo) {
      if (closing) throw new Error(`Cannot add ${name}: already closed`);
      undos.push({ name, undo });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
