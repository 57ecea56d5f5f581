/**
 * Group commit: works that arrive while a commit is on its way to the disk share the next one. One fsync then pays
 * for many writers, and nobody waits for company that is not there.
 */
export type WriteQueue<Tx> = {
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Refuses further works; resolves when the accepted ones are done. */
  close(): Promise<void>;
};

/** Runs all works in one transaction, reports each one's end only after the commit. */
export type RunBatch<Tx> = (works: readonly Work<Tx>[]) => Promise<Outcome[]>;
export type Work<Tx> = (tx: Tx) => Promise<unknown>;
export type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

/** More works than this wait for the next commit, so that in a flood none waits long for its answer. */
const MAX_BATCH = 256;

type Waiting<Tx> = { work: Work<Tx>; settle: (outcome: Outcome) => void };

export function createWriteQueue<Tx>(runBatch: RunBatch<Tx>, closedError: () => Error): WriteQueue<Tx> {
  const waiting: Waiting<Tx>[] = [];
  let closed = false;
  let draining: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_BATCH);
      const outcomes = await settleBatch(
        runBatch,
        batch.map(({ work }) => work),
      );
      batch.forEach(({ settle }, index) => settle(outcomes[index] as Outcome));
      await breathe();
    }
    draining = undefined;
  }

  function write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (closed) return Promise.reject(closedError());
    return new Promise<T>((resolve, reject) => {
      waiting.push({
        work,
        settle: (outcome) => (outcome.ok ? resolve(outcome.value as T) : reject(outcome.error as Error)),
      });
      draining ??= drain();
    });
  }

  async function close(): Promise<void> {
    closed = true;
    await draining;
  }

  return { write, close };
}

async function settleBatch<Tx>(runBatch: RunBatch<Tx>, works: Work<Tx>[]): Promise<Outcome[]> {
  try {
    return await runBatch(works);
  } catch (error) {
    return works.map(() => ({ ok: false, error }));
  }
}

/** Lets input that came during the commit in, so that it joins the next batch instead of a later one. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
