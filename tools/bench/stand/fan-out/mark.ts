/** How an event says when it was made: a byte that is nowhere else in it, and the time. */
export const MARK = "~";
const DIGITS = 13;
export const MARK_LENGTH = 1 + DIGITS;

/** Milliseconds since 1970, all clocks being this machine's. */
export function makeMark(): string {
  return `${MARK}${Date.now()}`;
}

export function readMark(chunk: Buffer, at: number): number {
  return Number(chunk.toString("latin1", at + 1, at + MARK_LENGTH));
}
