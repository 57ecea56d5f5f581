/** Which entries of a session are unfolded. */

export type Folding = {
  isUnfolded(entryId: string): boolean;
  /** Unfolds it, or folds it again. */
  toggle(entryId: string): void;
  /** Unfolds everything, or folds it again. */
  toggleAll(): void;
  /** @returns what folds and unfolds all as it is now */
  keep(): () => void;
};

/** Those beyond are folded again, the oldest first. */
const MOST_EXCEPTIONS = 1000;

export function createFolding(): Folding {
  /** Those that are otherwise than all the others. */
  const exceptions = new Set<string>();
  let areUnfolded = false;

  function toggleAll(): void {
    areUnfolded = !areUnfolded;
    exceptions.clear();
  }

  function keep(): () => void {
    const [kept, wereUnfolded] = [[...exceptions], areUnfolded];
    return () => {
      areUnfolded = wereUnfolded;
      exceptions.clear();
      for (const id of kept) exceptions.add(id);
    };
  }

  return {
    isUnfolded: (id) => areUnfolded !== exceptions.has(id),
    toggle(id) {
      if (!exceptions.delete(id)) exceptions.add(id);
      const [oldest] = exceptions;
      if (oldest !== undefined && exceptions.size > MOST_EXCEPTIONS) exceptions.delete(oldest);
    },
    toggleAll,
    keep,
  };
}
