/** Lines as entries: one, several that a backslash at the end joins, or a pasted text. They are kept until one is read. */

export type NextEntry = {
  signal: AbortSignal;
  /** Gets what has the wait end without an entry: the next one is for somebody else. */
  onWait: (giveUp: () => void) => void;
};

export type Entries = {
  /** @returns whether its entry goes on with the line that comes next */
  add(line: string, isPasted: boolean): boolean;
  /** No line comes any more: what was begun is whole. */
  end(): void;
  hasEnded(): boolean;
  /** The oldest that was not read yet. */
  shift(): string | undefined;
  /**
   * The next one that comes: `undefined` when none does, GIVEN_UP when it is not waited for any more.
   * @throws the reason of the signal
   */
  next(options: NextEntry): Promise<string | undefined | typeof GIVEN_UP>;
  /** The lines of an entry that is not whole, in place of those there were. @returns those */
  begin(lines: readonly string[]): readonly string[];
};

export const GIVEN_UP = Symbol("somebody else reads first");

export function createEntries(): Entries {
  const unread: string[] = [];
  let begun: readonly string[] = [];
  let hasEnded = false;
  let waiting: ((entry: string | undefined) => void) | undefined;

  /** A pipe brings many at once, and only the first is for who waits. */
  function give(entry: string): void {
    const resolve = waiting;
    waiting = undefined;
    if (resolve) resolve(entry);
    else unread.push(entry);
  }

  function add(line: string, isPasted: boolean): boolean {
    const isContinued = !isPasted && line.endsWith("\\");
    begun = [...begun, isContinued ? line.slice(0, -1) : line];
    if (isPasted || isContinued) return true;
    give(begin([]).join("\n"));
    return false;
  }

  function end(): void {
    hasEnded = true;
    if (begun.length > 0) give(begin([]).join("\n"));
    waiting?.(undefined);
  }

  function begin(lines: readonly string[]): readonly string[] {
    const before = begun;
    begun = lines;
    return before;
  }

  async function next({ signal, onWait }: NextEntry): Promise<string | undefined | typeof GIVEN_UP> {
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined | typeof GIVEN_UP>();
    const stopAnd = (settle: () => void) => () => {
      waiting = undefined; // a line that comes from now on is for who is next
      settle();
    };
    const onAbort = stopAnd(() => reject(signal.reason));
    signal.addEventListener("abort", onAbort);
    waiting = resolve;
    onWait(stopAnd(() => resolve(GIVEN_UP)));
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      waiting = undefined;
    }
  }

  return { add, end, hasEnded: () => hasEnded, shift: () => unread.shift(), next, begin };
}
