/** Which entries of a session are unfolded. */

export type Folding = {
  isUnfolded(entryId: string): boolean;
  /** Unfolds it, or folds it again. */
  toggle(entryId: string): void;
  /** Unfolds everything, or folds it again. */
  toggleAll(): void;
};

export function createFolding(): Folding {
  /** Those that are otherwise than all the others. */
  const exceptions = new Set<string>();
  let areUnfolded = false;

  function toggleAll(): void {
    areUnfolded = !areUnfolded;
    exceptions.clear();
  }

  return {
    isUnfolded: (id) => areUnfolded !== exceptions.has(id),
    toggle(id) {
      if (!exceptions.delete(id)) exceptions.add(id);
    },
    toggleAll,
  };
}
