/**
 * The answer to a call that waits. The agent gives a call up that is not answered within six minutes (measured), and
 * has only so many repetitions; not so a stream that has begun and only pings. So one that waits for long is begun.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "../../lib/clock.ts";
import { isStreamed } from "./is-streamed.ts";

export type Patience = { silentMs: number; pingEveryMs: number };

/** Long before the agent gives up. An answer that has not begun keeps its own status, so it begins no sooner. */
export const PATIENCE: Patience = { silentMs: 60_000, pingEveryMs: 15_000 };

export type PatientAnswer = {
  /** The call waits; after a while its answer begins, if it is a stream. */
  wait(): void;
  /** It waits no more. */
  end(): void;
  /** The answer has begun with pings, and nothing else has come of it. */
  hasBegun(): boolean;
  /** Goes on with the model's answer as it comes out of `redacted`, or ends what has begun so that the agent makes the call again. */
  goOn(answer: IncomingMessage, redacted: Transform): Promise<void>;
  giveUp(): void;
};

const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
/**
 * What came of a call can be said in its status only, which is gone: with this word the agent asks again, and is told.
 */
const REPEAT = `event: error\ndata: ${JSON.stringify({
  type: "error",
  error: { type: "overloaded_error", message: "The call has waited for a rate limit and is to be made again." },
})}\n\n`;

type Deps = { response: ServerResponse; body: Buffer | undefined; clock: Clock; patience: Patience };

export function createPatientAnswer({ response, body, clock, patience }: Deps): PatientAnswer {
  let cancel: (() => void) | undefined;
  let begun = false;

  function ping(): void {
    if (!begun) response.writeHead(200, { "content-type": "text/event-stream" });
    begun = true;
    response.write(PING);
    cancel = clock.setTimer(patience.pingEveryMs, ping);
  }

  function wait(): void {
    if (!cancel && body && isStreamed(body)) cancel = clock.setTimer(begun ? 0 : patience.silentMs, ping);
  }

  function end(): void {
    cancel?.();
    cancel = undefined;
  }

  async function goOn(answer: IncomingMessage, redacted: Transform): Promise<void> {
    if (answer.statusCode === 200) return pipeline(answer, redacted, response);
    answer.resume();
    giveUp();
  }

  function giveUp(): void {
    response.end(REPEAT);
  }

  return { wait, end, hasBegun: () => begun, goOn, giveUp };
}
