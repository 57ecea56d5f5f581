/** How often an owner may ask, and how many streams it may follow at one time. Kept in memory: a restart forgets it. */
import { CcError } from "@cc-docker/protocol";
import { createTokenBuckets } from "../lib/token-buckets.ts";

export type CallerLimits = {
  /** Takes one request of the owner's. @throws CcError REQUEST_LIMIT_REACHED */
  takeRequest(owner: string): void;
  /** Takes one of the owner's streams, until what it returns is called. @throws CcError SUBSCRIPTION_LIMIT_REACHED */
  takeSubscription(owner: string): () => void;
};

/** 0 is no limit. `requestsPerSecond`: on average; of what it did not use an owner may save up twice that. */
export type CallerLimitSettings = { requestsPerSecond: number; subscriptions: number };

const SAVED_SECONDS = 2;

export function createCallerLimits(settings: CallerLimitSettings, nowMs = () => performance.now()): CallerLimits {
  const { requestsPerSecond: rate, subscriptions: maxSubscriptions } = settings;
  const buckets = createTokenBuckets({ ratePerSecond: rate, most: rate * SAVED_SECONDS, nowMs });
  const followed = new Map<string, number>();

  function takeRequest(owner: string): void {
    if (rate === 0) return;
    const waitSeconds = buckets.take(owner);
    if (waitSeconds === undefined) return;
    const message = `You ask more than ${rate} times a second.`;
    throw new CcError("REQUEST_LIMIT_REACHED", message, { retryAfterSeconds: Math.ceil(waitSeconds) });
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
