/** A way to take one sample, and how many are wanted; `isWarmUp` samples are thrown away. */
export type Taking = { count: number; take: () => Promise<void> };

/**
 * Takes the samples of all arms in turns, spread evenly over the run, so that whatever else the machine does meanwhile
 * hits all of them alike. Every second round goes backwards, so that no arm always comes after the same other.
 */
export async function interleave(takings: readonly Taking[], signal: AbortSignal): Promise<void> {
  const rounds = Math.max(...takings.map(({ count }) => count));
  for (let round = 0; round < rounds; round += 1) {
    const due = takings.filter(({ count }) => isDue({ round, rounds, count }));
    for (const { take } of round % 2 === 0 ? due : due.toReversed()) {
      signal.throwIfAborted();
      await take();
    }
  }
}

/** `count` of `rounds` rounds, evenly. */
function isDue({ round, rounds, count }: { round: number; rounds: number; count: number }): boolean {
  return Math.floor(((round + 1) * count) / rounds) > Math.floor((round * count) / rounds);
}
