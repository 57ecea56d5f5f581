/** Brings an agent's call its answer: sent when the model's service takes it, and passed back as it comes. */
import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import type { SessionId } from "@cc-docker/protocol";
import type { Clock } from "../../lib/clock.ts";
import { failpoint } from "../../lib/failpoint.ts";
import type { Redactor } from "../../lib/redact.ts";
import { createLimitedCalls } from "./limited-calls.ts";
import { answerHeaders } from "./model-headers.ts";
import type { ModelCall, ModelService } from "./model-service.ts";
import { createPatientAnswer, PATIENCE, type Patience, type PatientAnswer } from "./patient-answer.ts";
import { type CallUse, readUsage } from "./read-usage.ts";

export type AgentCall = ModelCall & { sessionId: SessionId | undefined };

/**
 * Resolves when the answer has been passed on, or its stream has been ended so that the agent makes the call again.
 * @throws CcError MODEL_RATE_LIMITED; what the service's `send` throws; what breaks the answer
 */
export type AnswerCall = (call: AgentCall) => Promise<void>;

export type AnswerCallDeps = {
  /** Takes the gateway's secrets out of answers: a service that complains may say what it was sent. */
  redactor: Redactor;
  clock: Clock;
  /** How long a call may wait for a rate limit to reset. */
  rateLimitMaxWaitMs: number;
  patience?: Patience;
  /** Bytes went to the model or came from it. */
  onTraffic: (sessionId: SessionId) => void;
  /** The call has used so much by now, by the word of the model's service. */
  onUse: (sessionId: SessionId, call: object, use: CallUse) => void;
  /** The call waits for a rate limit to reset at that time; with `undefined` it waits no more. */
  onWait: (sessionId: SessionId, call: object, until: string | undefined) => void;
};

export function createAnswerCall(service: ModelService, deps: AnswerCallDeps): AnswerCall {
  const { clock, patience = PATIENCE, onTraffic } = deps;
  const sendLimited = createLimitedCalls({ clock, maxWaitMs: deps.rateLimitMaxWaitMs });

  async function answerCall(call: AgentCall): Promise<void> {
    const { response, body } = call;
    const kept = Buffer.isBuffer(body) ? body : undefined;
    const waiting = createPatientAnswer({ response, body: kept, clock, patience });
    try {
      await passOn(await send(call, waiting), call, waiting);
    } catch (error) {
      if (!waiting.hasBegun() || response.destroyed) throw error;
      waiting.giveUp();
    } finally {
      waiting.end();
    }
  }

  /** Resolves with the head of the answer that is one: a limit that can be waited for is none. */
  async function send(call: AgentCall, waiting: PatientAnswer): Promise<IncomingMessage> {
    const { body, response, sessionId } = call;
    const gone = new AbortController();
    response.on("close", () => gone.abort(new Error("the caller is gone")));
    countTraffic(call);
    if (!Buffer.isBuffer(body)) body.on("data", () => countTraffic(call)).pause();
    return sendLimited({
      signal: gone.signal,
      isRepeatable: Buffer.isBuffer(body),
      onWait: (until) => {
        if (until === undefined) waiting.end();
        else waiting.wait();
        if (sessionId) deps.onWait(sessionId, response, until);
      },
      send: () => service.send(call),
    });
  }

  async function passOn(answer: IncomingMessage, call: AgentCall, waiting: PatientAnswer): Promise<void> {
    const { response } = call;
    waiting.end();
    countTraffic(call);
    answer.on("data", () => countTraffic(call));
    const { sessionId } = call;
    if (sessionId) readUsage(answer, (use) => deps.onUse(sessionId, response, use));
    failpoint("broker.answer-begun");
    if (waiting.hasBegun()) return waiting.goOn(answer, deps.redactor.stream());
    response.writeHead(answer.statusCode ?? 502, redactHeaders(answerHeaders(answer)));
    response.flushHeaders();
    await pipeline(answer, deps.redactor.stream(), response);
  }

  function redactHeaders(headers: Record<string, string | string[]>) {
    const redact = (value: string | string[]) =>
      Array.isArray(value) ? value.map(deps.redactor.text) : deps.redactor.text(value);
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, redact(value)]));
  }

  function countTraffic({ sessionId }: AgentCall): void {
    if (sessionId) onTraffic(sessionId);
  }

  return answerCall;
}
