/** Sends calls of the model as soon as its service takes them, and those again that it puts off. */
import type { IncomingMessage } from "node:http";
import type { Clock } from "../../lib/clock.ts";
import { createBodyKeeper } from "./kept-body.ts";
import { createRateGate, type Visit } from "./rate-gate.ts";
import { readResetMs } from "./rate-limit.ts";

export type LimitedCall = {
  request: IncomingMessage;
  /** Its caller is gone. */
  signal: AbortSignal;
  /** Until when it waits; with `undefined`, it waits no more. */
  onWait: (until: string | undefined) => void;
  /** Sends it: the request as it comes, or what was kept of it. */
  send: (body: IncomingMessage | Buffer) => Promise<IncomingMessage>;
};

/** @throws CcError MODEL_RATE_LIMITED; what `send` throws; the signal's reason */
export type SendLimited = (call: LimitedCall) => Promise<IncomingMessage>;

export function createLimitedCalls({ clock, maxWaitMs }: { clock: Clock; maxWaitMs: number }): SendLimited {
  const gate = createRateGate({ clock, maxWaitMs });
  const bodies = createBodyKeeper();

  return async ({ request, signal, onWait, send }) => {
    const visit = gate.visit({ signal, onWait });
    await visit.enter(); // unread: what waits costs no memory
    const kept = bodies.keep(request);
    try {
      let sent = await attempt(visit, () => send(request));
      while (sent.isPutOff) {
        const body = kept.whole();
        if (!body) return repeatable(sent.answer);
        sent.answer.resume();
        await visit.enter();
        sent = await attempt(visit, () => send(body));
      }
      return sent.answer;
    } finally {
      kept.drop();
    }
  };

  async function attempt(visit: Visit, send: () => Promise<IncomingMessage>) {
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

/** Too large to be sent again from here: the agent does so at once, and waits at the gate. */
function repeatable(answer: IncomingMessage): IncomingMessage {
  answer.headers["retry-after"] = "0";
  return answer;
}
