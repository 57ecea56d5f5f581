/**
 * One gate for all calls with one credential. While the model's service limits it nobody goes out; when the time it
 * told is over one call goes first, and the others follow when that one was let in.
 */
import { CcError } from "@cc-docker/protocol";
import { type Clock, toTimerMs } from "../../lib/clock.ts";

export type Visitor = {
  /** Its caller is gone. */
  signal: AbortSignal;
  /** It has to wait until this time (ISO 8601), told again when that changes; with `undefined` it waits no more. */
  onWait: (until: string | undefined) => void;
};

export type RateGate = {
  /** A call that wants out; it may enter again after it was put off, and the time it has waited counts on. */
  visit(visitor: Visitor): Visit;
};

export type Visit = {
  /**
   * Resolves when it may go.
   * @throws CcError MODEL_RATE_LIMITED when it would have to wait too long; the signal's reason
   */
  enter(): Promise<void>;
  /** After each `enter` that resolved. `limitedMs`: for how long the service puts the call off, if it does. */
  leave(limitedMs?: number): void;
};

export function createRateGate({ clock, maxWaitMs }: { clock: Clock; maxWaitMs: number }): RateGate {
  /** On the monotonic clock; of a gate that is open, `undefined`. */
  let closedUntil: number | undefined;
  let first: Visit | undefined;
  let firstUntil = 0;
  const waiting = new Set<() => void>();

  function visit({ signal, onWait }: Visitor): Visit {
    const latest = clock.monotonicMs() + maxWaitMs;
    let told: number | undefined;

    async function enter(): Promise<void> {
      try {
        await untilOpen();
      } finally {
        if (told !== undefined) onWait(undefined);
        told = undefined;
      }
    }

    async function untilOpen(): Promise<void> {
      while (closedUntil !== undefined) {
        signal.throwIfAborted();
        const now = clock.monotonicMs();
        const leftMs = closedUntil - now;
        if (leftMs <= 0 && (!first || firstUntil <= now)) {
          first = self;
          firstUntil = now + FIRST_MS;
          return;
        }
        if (closedUntil > latest) throw limitedError(timeIn(leftMs), maxWaitMs);
        if (told !== closedUntil) onWait(timeIn(leftMs));
        told = closedUntil;
        await untilChanged(leftMs > 0 ? leftMs : firstUntil - now, signal);
      }
    }

    function leave(limitedMs?: number): void {
      const wasFirst = first === self;
      if (wasFirst) first = undefined;
      if (limitedMs !== undefined) closedUntil = Math.max(closedUntil ?? 0, clock.monotonicMs() + limitedMs);
      else if (wasFirst && !signal.aborted) closedUntil = undefined;
      for (const wake of [...waiting]) wake();
    }

    const self = { enter, leave };
    return self;
  }

  /** Until the gate's time is over, or somebody has left. */
  async function untilChanged(leftMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = leftMs > 0 ? clock.setTimer(toTimerMs(leftMs), resolve) : () => undefined;
    waiting.add(resolve);
    const onAbort = () => resolve();
    signal.addEventListener("abort", onAbort);
    await promise;
    signal.removeEventListener("abort", onAbort);
    waiting.delete(resolve);
    cancel();
  }

  function timeIn(ms: number): string {
    return new Date(Date.parse(clock.nowIso()) + Math.max(0, ms)).toISOString();
  }

  return { visit };
}

/** A first call that has no answer by then, as one whose caller never ends it, keeps nobody back any longer. */
const FIRST_MS = 30_000;

function limitedError(until: string, maxWaitMs: number): CcError {
  const message = `The model's service limits this credential until ${until}; waiting is allowed for ${maxWaitMs / 1000} s.`;
  return new CcError("MODEL_RATE_LIMITED", message);
}
