/** Who reads, where several would: one after the other as they came, but that some let others go first. */
import { GIVEN_UP } from "./entries.ts";

export type Reader = {
  /** Comes before those who yield, also before one who waits already. */
  isUrgent: boolean;
  yields: boolean;
  signal: AbortSignal;
  /** `onWait` is given what has the wait end with GIVEN_UP. */
  read: (onWait: (giveUp: () => void) => void) => Promise<string | undefined | typeof GIVEN_UP>;
};

/** @returns what `read` reads when it is the reader's turn. @throws what it throws, and the reason of `signal` */
export type ReadInOrder = (reader: Reader) => Promise<string | undefined>;

export function createReadingOrder(): ReadInOrder {
  let last: Promise<unknown> = Promise.resolve();
  let urgent = 0;
  let yieldNow: (() => void) | undefined;

  async function takeTurn({ isUrgent, yields, signal, read }: Reader) {
    if (isUrgent) urgent -= 1;
    signal.throwIfAborted();
    if (yields && urgent > 0) return GIVEN_UP;
    try {
      return await read((giveUp) => void (yieldNow = yields ? giveUp : undefined));
    } finally {
      yieldNow = undefined;
    }
  }

  return async (reader) => {
    for (;;) {
      if (reader.isUrgent) {
        urgent += 1;
        yieldNow?.();
      }
      const turn = last.then(() => takeTurn(reader));
      last = turn.catch(() => undefined);
      const entry = await turn;
      if (entry !== GIVEN_UP) return entry;
    }
  };
}
