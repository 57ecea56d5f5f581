// One POST /v1/messages: find what the prompt asks for at this point, fail if it says so, else perform it.
import type { ServerResponse } from "node:http";
import { collectMessage } from "./collect-message.ts";
import { openEventStream } from "./event-stream.ts";
import { findTurn } from "./find-turn.ts";
import type { JournalEntry, JournalWriter } from "./journal.ts";
import type { StopReason } from "./message-writer.ts";
import { type ModelRequest, sendError } from "./messages-api.ts";
import type { ModelStep, ModelTurn } from "./parse-script.ts";
import { playTurn } from "./play-turn.ts";
import { startMessageStream } from "./stream-message.ts";

export interface Exchange {
  response: ServerResponse;
  entry: JournalEntry;
  signal: AbortSignal;
}

// The only memory of the model: how often each request came. 10,000 conversations with failures is more than any test.
const MAX_COUNTED = 10_000;

export function createMessageAnswerer(journal: JournalWriter) {
  const attemptsByKey = new Map<string, number>();

  function countAttempt(key: string): number {
    const attempt = attemptsByKey.get(key) ?? 0;
    attemptsByKey.delete(key);
    attemptsByKey.set(key, attempt + 1);
    const [oldest] = attemptsByKey.keys();
    if (attemptsByKey.size > MAX_COUNTED && oldest !== undefined) attemptsByKey.delete(oldest);
    return attempt;
  }

  return async function answerMessage(request: ModelRequest, exchange: Exchange): Promise<void> {
    const { prompt, turn, turnIndex, key } = findTurn(request);
    if (prompt !== undefined && turnIndex === 0) journal.addPrompt(key, prompt);
    const { failure, steps } = applyFailures(turn, turn.some(isCounted) ? countAttempt(key) : 0);
    if (failure !== undefined) return failScripted(failure, exchange);
    await performTurn(steps, request, exchange);
  };
}

type Failure = Extract<ModelStep, { kind: "fail" }>;

function isCounted(step: ModelStep): step is Extract<ModelStep, { times: number }> {
  return step.kind === "fail" || step.kind === "cut";
}

/** Failures are used up in the order they stand; those used up, and cuts likewise, are taken out of the turn. */
function applyFailures(turn: ModelTurn, attempt: number): { failure?: Failure; steps: ModelTurn } {
  const steps: ModelStep[] = [];
  let left = attempt;
  for (const step of turn) {
    if (!isCounted(step)) steps.push(step);
    else if (left >= step.times) left -= step.times;
    else if (step.kind === "fail") return { failure: step, steps: [] };
    else return { steps: [...steps, step] };
  }
  return { steps };
}

function failScripted({ status, retryAfter }: Failure, { response, entry }: Exchange): void {
  if (retryAfter !== undefined) response.setHeader("retry-after", String(retryAfter));
  entry.status = status;
  entry.outcome = "failed";
  sendError(response, status, `The script says to fail with ${status}.`);
}

async function performTurn(turn: ModelTurn, request: ModelRequest, exchange: Exchange): Promise<void> {
  const { response, entry, signal } = exchange;
  entry.status = 200;
  const writer = request.stream
    ? await startMessageStream(request, openEventStream(response, signal))
    : collectMessage(request, response);
  const outcome = await playTurn(turn, writer, signal);
  entry.outcome = outcome;
  if (outcome === "cut") response.destroy();
  else writer.finish(stopReasonOf(turn, request));
}

function stopReasonOf(turn: ModelTurn, { maxTokens }: ModelRequest): StopReason {
  if (turn.at(-1)?.kind === "tool") return "tool_use";
  return maxTokens === 1 ? "max_tokens" : "end_turn";
}
