const FIRST_MS = 100;
const LONGEST_MS = 5000;

/** How long to wait before the `attempt`-th new try (1, 2, …): doubling, with jitter so that callers come apart. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return longest * (0.5 + random() / 2);
}
