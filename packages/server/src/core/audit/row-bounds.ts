/**
 * How many rows of one actor are kept of what was refused or had no effect: what costs its caller nothing must not fill
 * the disk.
 */
import type { Clock } from "../../lib/clock.ts";
import { dropOldest } from "../../lib/drop-oldest.ts";
import { createTokenBuckets } from "../../lib/token-buckets.ts";

export type RowBounds = {
  /** Whether one more is kept; if so, how many before it were not. */
  admit(actor: string): { omitted: number } | undefined;
};

const PER_SECOND = 1;
const AT_ONCE = 60;
/** So many are told apart; of who came too often longest ago the count is forgotten. */
const MAX_ACTORS = 10_000;

export function createRowBounds(clock: Clock): RowBounds {
  const buckets = createTokenBuckets({ ratePerSecond: PER_SECOND, most: AT_ONCE, nowMs: clock.monotonicMs });
  const omitted = new Map<string, number>();
  return {
    admit(actor) {
      const before = omitted.get(actor) ?? 0;
      const isKept = buckets.take(actor) === undefined;
      if (isKept) omitted.delete(actor);
      else omitted.set(actor, before + 1);
      dropOldest(omitted, MAX_ACTORS);
      return isKept ? { omitted: before } : undefined;
    },
  };
}
