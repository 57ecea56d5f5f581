/** How often an owner may ask, and how many streams it may follow at one time. Kept in memory: a restart forgets it. */
import { CcError } from "@cc-docker/protocol";

export type CallerLimits = {
  /** Takes one request of the owner's. @throws CcError REQUEST_LIMIT_REACHED */
  takeRequest(owner: string): void;
  /** Takes one of the owner's streams, until what it returns is called. @throws CcError SUBSCRIPTION_LIMIT_REACHED */
  takeSubscription(owner: string): () => void;
};

/** 0 is no limit. `requestsPerSecond`: on average; of what it did not use an owner may save up twice that. */
export type CallerLimitSettings = { requestsPerSecond: number; subscriptions: number };

/** What is left of an owner's requests, as of a time. */
type Bucket = { left: number; atMs: number };

const SAVED_SECONDS = 2;
/** So many owners are told apart; then those who have rested are forgotten, who have all they may anyway. */
const FORGET_AT = 10_000;

export function createCallerLimits(settings: CallerLimitSettings, nowMs = () => performance.now()): CallerLimits {
  const { requestsPerSecond: rate, subscriptions: maxSubscriptions } = settings;
  const most = rate * SAVED_SECONDS;
  const buckets = new Map<string, Bucket>();
  const followed = new Map<string, number>();

  function fill({ left, atMs }: Bucket, now: number): Bucket {
    return { left: Math.min(most, left + ((now - atMs) / 1000) * rate), atMs: now };
  }

  function takeRequest(owner: string): void {
    if (rate === 0) return;
    const now = nowMs();
    if (buckets.size >= FORGET_AT) forgetFull(now);
    const bucket = fill(buckets.get(owner) ?? { left: most, atMs: now }, now);
    if (bucket.left < 1) {
      const message = `You ask more than ${rate} times a second.`;
      const retryAfterSeconds = Math.ceil((1 - bucket.left) / rate);
      throw new CcError("REQUEST_LIMIT_REACHED", message, { retryAfterSeconds });
    }
    buckets.set(owner, { ...bucket, left: bucket.left - 1 });
  }

  function forgetFull(now: number): void {
    for (const [owner, bucket] of buckets) if (fill(bucket, now).left >= most) buckets.delete(owner);
  }

  function takeSubscription(owner: string): () => void {
    const count = followed.get(owner) ?? 0;
    if (maxSubscriptions > 0 && count >= maxSubscriptions)
      throw new CcError("SUBSCRIPTION_LIMIT_REACHED", `You follow ${count} streams, which is all you may.`);
    followed.set(owner, count + 1);
    let open = true;
    return () => {
      if (open) release(owner);
      open = false;
    };
  }

  function release(owner: string): void {
    const left = (followed.get(owner) ?? 1) - 1;
    if (left > 0) followed.set(owner, left);
    else followed.delete(owner);
  }

  return { takeRequest, takeSubscription };
}
