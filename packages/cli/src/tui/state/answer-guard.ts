/**
 * Whether a key may answer what the agent asks: it answers what the screen shows, has shown for long enough to be read,
 * and has shown all of; and never as one key that is held down.
 */

/**
 * In milliseconds. Longer than a terminal waits before it repeats a key that is held (up to 660), so that no repeat
 * answers what came up after the press.
 */
export const READ_MS = 800;

/** Of an approval, or of one question of its form. */
export function askedKey({ id }: { id: string }, question: { text: string } | undefined): string {
  return `${id} ${question?.text ?? ""}`;
}

/** What a frame shows of what is asked. */
export type Shown = {
  /** By `askedKey`. */
  readonly key: string;
  /** Its title and at least a row of what it is about are there. */
  readonly isReadable: boolean;
  /** How many of its rows are below those that are shown. */
  readonly rowsBelow: number;
  /** It is longer than what can be shown at all. */
  readonly isCut: boolean;
};

export type AnswerGuard = {
  /** Of every frame; `undefined` when nothing is asked. */
  show(shown: Shown | undefined): void;
  /** By how many pages its rows are moved up. */
  page(key: string): number;
  /** A page further, or to its beginning again from its end. */
  turnPage(): void;
  /**
   * A key is to answer it: `allow` needs all of it to have been seen, `other` does not, as it allows nothing by itself.
   * @returns why it must not, for people; `undefined` when it may
   */
  refuse(key: string, answer: "allow" | "other"): string | undefined;
};

/** `now`: in milliseconds; only differences count. */
export function createAnswerGuard(now: () => number = () => performance.now()): AnswerGuard {
  let shown: Shown | undefined;
  let page = 0;
  let isSeen = false;
  /** When it came up, or a key last asked to answer anything: also one that was refused. */
  let quietSinceMs = Number.NEGATIVE_INFINITY;
  let shownSinceMs = Number.NEGATIVE_INFINITY;

  function show(next: Shown | undefined): void {
    if (next?.key !== shown?.key) {
      shownSinceMs = now();
      page = 0;
      isSeen = false;
    }
    shown = next;
    if (next?.isReadable && next.rowsBelow === 0 && !next.isCut) isSeen = true;
  }

  function refuse(key: string, answer: "allow" | "other"): string | undefined {
    const sinceMs = Math.max(quietSinceMs, shownSinceMs);
    quietSinceMs = now();
    if (shown?.key !== key) return "The agent asks something else now: nothing was answered.";
    if (quietSinceMs - sinceMs < READ_MS)
      return "The key came too soon to have been meant for this: nothing was answered. Read it, then press again.";
    if (answer === "other" || isSeen) return undefined;
    if (!shown.isReadable)
      return "There is no room to show what is asked: nothing was answered. Make the window larger, or open it with e (alt+e).";
    if (shown.isCut) return "It is too long to be shown here: nothing was answered. Open it with e (alt+e).";
    return `${shown.rowsBelow} more rows of it were not seen: nothing was answered. v (alt+v) shows them.`;
  }

  function turnPage(): void {
    page = shown && shown.rowsBelow > 0 ? page + 1 : 0;
  }

  return { show, page: (key) => (key === shown?.key ? page : 0), turnPage, refuse };
}
