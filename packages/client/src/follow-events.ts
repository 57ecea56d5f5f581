import { CcError, ERRORS, type Event } from "@cc-docker/protocol";
import { backoffMs } from "./backoff.ts";
import { toClientError } from "./client-error.ts";
import { openEventStream } from "./event-stream.ts";
import type { GatewayHttp } from "./gateway-http.ts";
import { wait } from "./wait.ts";

export type FollowOptions = {
  sessionId: string;
  /** The `seq` of the last event already known; 0, the default, begins with the first. */
  after?: number;
  /** Ends the generator, without an error. */
  signal?: AbortSignal;
  /** Told of every failure that the generator gets over by itself, before it tries again. */
  onReconnect?: (failure: CcError) => void;
  /**
   * Milliseconds from the first failure, without an event or ping since, after which the newest is thrown; never when
   * absent.
   */
  giveUpAfterMs?: number;
};

const SILENCE_MS = 30_000;
/** A restart takes one or two attempts; what fails this often in a row without progress is a defect. */
const MOST_DEFECTS = 5;

/** See `Client.followEvents`. `silenceMs` is a parameter for tests only. */
export async function* followEvents(
  http: GatewayHttp,
  options: FollowOptions,
  silenceMs: number = SILENCE_MS,
): AsyncGenerator<Event, void, undefined> {
  const { sessionId, after = 0, signal = new AbortController().signal } = options;
  const troubles = createTroubles(options, http.canRenew);
  let cursor = after;
  while (!signal.aborted) {
    try {
      const stream = { sessionId, after: cursor, signal, silenceMs, hasExpired: troubles.hasExpired() };
      for await (const message of openEventStream(http, stream)) {
        if (message !== "ping" && message.seq <= cursor) continue;
        if (message !== "ping" && message.seq > cursor + 1) throw gap(cursor, message);
        troubles.forget();
        if (message === "ping") continue;
        if (signal.aborted) return;
        cursor = message.seq;
        yield message;
      }
    } catch (error) {
      if (signal.aborted) return;
      troubles.judge(toClientError(error));
    }
    await wait(troubles.delayMs(), signal);
  }
}

/** What went wrong since the last sign of progress, and whether to go on. */
function createTroubles(
  { onReconnect, giveUpAfterMs = Number.POSITIVE_INFINITY }: FollowOptions,
  canRenewToken: boolean,
) {
  let failingSince: number | undefined;
  let attempts = 0;
  let leastDelayMs = 0;
  let defects = 0;
  let hasExpired = false;

  function judge(failure: CcError): void {
    if (failure.code === "INTERNAL") defects += 1;
    failingSince ??= Date.now();
    const isLate = Date.now() - failingSince >= giveUpAfterMs;
    hasExpired = failure.code === "TOKEN_EXPIRED" && canRenewToken && !hasExpired;
    const isPassing = failure.retryAfterSeconds !== undefined; // it has asked too often
    const isFinal = ERRORS[failure.code].http < 500 && !hasExpired && !isPassing;
    leastDelayMs = (failure.retryAfterSeconds ?? 0) * 1000;
    if (isFinal || defects === MOST_DEFECTS || isLate) throw failure;
    onReconnect?.(failure);
  }

  function forget(): void {
    failingSince = undefined;
    attempts = 0;
    leastDelayMs = 0;
    defects = 0;
    hasExpired = false;
  }

  function delayMs(): number {
    attempts += 1;
    return Math.max(leastDelayMs, backoffMs(attempts));
  }

  return { judge, forget, delayMs, hasExpired: () => hasExpired };
}

function gap(cursor: number, { seq, sessionId }: Event): CcError {
  return new CcError("INTERNAL", `After event ${cursor} of session ${sessionId} the gateway sent event ${seq}.`);
}
