/**
 * How often an owner may ask, and how many streams and sockets it may have at one time. Kept in memory: a restart
 * forgets it.
 */
import { CcError } from "@cc-docker/protocol";
import { createTokenBuckets } from "../lib/token-buckets.ts";

export type CallerLimits = {
  /** Takes one request of the owner's. @throws CcError REQUEST_LIMIT_REACHED */
  takeRequest(owner: string): void;
  /** Takes one of the owner's streams, until what it returns is called. @throws CcError SUBSCRIPTION_LIMIT_REACHED */
  takeSubscription(owner: string): () => void;
  /** Takes one of the owner's WebSockets, until it is `gone`. @throws CcError SOCKET_LIMIT_REACHED */
  takeSocket(owner: string, gone: AbortSignal): void;
};

/** 0 is no limit. `requestsPerSecond`: on average; of what it did not use an owner may save up twice that. */
export type CallerLimitSettings = { requestsPerSecond: number; subscriptions: number; sockets: number };

const SAVED_SECONDS = 2;

export function createCallerLimits(settings: CallerLimitSettings, nowMs = () => performance.now()): CallerLimits {
  const { requestsPerSecond: rate } = settings;
  const buckets = createTokenBuckets({ ratePerSecond: rate, most: rate * SAVED_SECONDS, nowMs });
  const subscriptions = createPlaces(
    settings.subscriptions,
    (count) => new CcError("SUBSCRIPTION_LIMIT_REACHED", `You follow ${count} streams, which is all you may.`),
  );
  const sockets = createPlaces(
    settings.sockets,
    (count) => new CcError("SOCKET_LIMIT_REACHED", `You have ${count} WebSockets open, which is all you may.`),
  );

  function takeRequest(owner: string): void {
    if (rate === 0) return;
    const waitSeconds = buckets.take(owner);
    if (waitSeconds === undefined) return;
    const message = `You ask more than ${rate} times a second.`;
    throw new CcError("REQUEST_LIMIT_REACHED", message, { retryAfterSeconds: Math.ceil(waitSeconds) });
  }

  function takeSocket(owner: string, gone: AbortSignal): void {
    if (gone.aborted) return;
    gone.addEventListener("abort", sockets.take(owner), { once: true });
  }

  return { takeRequest, takeSubscription: subscriptions.take, takeSocket };
}

/** What each owner may have so many of. `take` returns what gives the place back, once. */
function createPlaces(max: number, refusal: (count: number) => CcError): { take(owner: string): () => void } {
  const taken = new Map<string, number>();

  function release(owner: string): void {
    const left = (taken.get(owner) ?? 1) - 1;
    if (left > 0) taken.set(owner, left);
    else taken.delete(owner);
  }

  return {
    take(owner) {
      const count = taken.get(owner) ?? 0;
      if (max > 0 && count >= max) throw refusal(count);
      taken.set(owner, count + 1);
      let open = true;
      return () => {
        if (open) release(owner);
        open = false;
      };
    },
  };
}
