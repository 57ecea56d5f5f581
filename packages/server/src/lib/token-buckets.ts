/** So much a second for each of many, and what they did not use up to a bound. Kept in memory. */
export type TokenBuckets = {
  /** Takes one. @returns undefined; or, where there is none, in how many seconds there will be */
  take(key: string): number | undefined;
};

/** `most`: what one may save up. `nowMs`: a clock that nobody sets. */
export type TokenBucketSettings = { ratePerSecond: number; most: number; nowMs: () => number };

/** What is left, as of a time. */
type Bucket = { left: number; atMs: number };

/** So many are told apart; then those who have rested are forgotten, who have all they may anyway. */
const FORGET_AT = 10_000;

export function createTokenBuckets({ ratePerSecond: rate, most, nowMs }: TokenBucketSettings): TokenBuckets {
  const buckets = new Map<string, Bucket>();

  function fill({ left, atMs }: Bucket, now: number): Bucket {
    return { left: Math.min(most, left + ((now - atMs) / 1000) * rate), atMs: now };
  }

  function take(key: string): number | undefined {
    const now = nowMs();
    if (buckets.size >= FORGET_AT) forgetFull(now);
    const bucket = fill(buckets.get(key) ?? { left: most, atMs: now }, now);
    if (bucket.left < 1) return (1 - bucket.left) / rate;
    buckets.set(key, { ...bucket, left: bucket.left - 1 });
    return undefined;
  }

  function forgetFull(now: number): void {
    for (const [key, bucket] of buckets) if (fill(bucket, now).left >= most) buckets.delete(key);
  }

  return { take };
}
