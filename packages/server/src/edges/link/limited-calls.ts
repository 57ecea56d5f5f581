/** Sends calls of the model as soon as its service takes them, and those again that it puts off. */
import type { IncomingMessage } from "node:http";
import type { Clock } from "../../lib/clock.ts";
import { createRateGate, type Visit } from "./rate-gate.ts";
import { readResetMs } from "./rate-limit.ts";

export type LimitedCall = {
  /** Its caller is gone. */
  signal: AbortSignal;
  /** Until when it waits; with `undefined`, it waits no more. */
  onWait: (until: string | undefined) => void;
  send: () => Promise<IncomingMessage>;
  /** Whether `send` may be called again. */
  isRepeatable: boolean;
};

/** @throws CcError MODEL_RATE_LIMITED; what `send` throws; the signal's reason */
export type SendLimited = (call: LimitedCall) => Promise<IncomingMessage>;

export function createLimitedCalls({ clock, maxWaitMs }: { clock: Clock; maxWaitMs: number }): SendLimited {
  const gate = createRateGate({ clock, maxWaitMs });

  return async ({ signal, onWait, send, isRepeatable }) => {
    const visit = gate.visit({ signal, onWait });
    for (;;) {
      await visit.enter();
      const { answer, isPutOff } = await attempt(visit, send);
      if (!isPutOff) return answer;
      if (!isRepeatable) return askForRepetition(answer);
      answer.resume();
    }
  };

  async function attempt(visit: Visit, send: LimitedCall["send"]) {
    let limitedMs: number | undefined;
    try {
      const answer = await send();
      if (answer.statusCode === 429) limitedMs = readResetMs(answer.headers, Date.parse(clock.nowIso()));
      return { answer, isPutOff: limitedMs !== undefined };
    } finally {
      visit.leave(limitedMs);
    }
  }
}

/** The agent sends it again at once, and waits at the gate. */
function askForRepetition(answer: IncomingMessage): IncomingMessage {
  answer.headers["retry-after"] = "0";
  return answer;
}
