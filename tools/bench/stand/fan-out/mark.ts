/** How an event says when it was made: a byte that is nowhere else in it, and the time, whose first digit is 1. */
export const MARK = "~".charCodeAt(0);
const DIGITS = 13;
export const MARK_LENGTH = 1 + DIGITS;

/** Milliseconds since 1970, all clocks being this machine's. */
export function makeMark(): string {
  return `~${Date.now()}`;
}

export function readMark(chunk: Buffer, at: number): number {
  return Number(chunk.toString("latin1", at + 1, at + MARK_LENGTH));
}

/** The byte before is a mark, not a WebSocket's: a frame's head may have the same. */
export function isStarted(chunk: Buffer, at: number): boolean {
  return chunk[at] === "1".charCodeAt(0);
}
