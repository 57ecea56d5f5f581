/** Tokens: what messages tell while a turn runs, and what the turn itself comes to. */
import { at, type TokenUsage } from "@cc-docker/protocol";
import { type Draft, remember } from "./draft.ts";
import { amountAt } from "./read-data.ts";
import { changeTurn, runningTurn } from "./timeline.ts";

// The protocol has both as well, in modules that bring zod along, which a page is not to load.
export const NO_USAGE: TokenUsage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 };

function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheCreationTokens: a.cacheCreationTokens + b.cacheCreationTokens,
  };
}

/** Of a message of the model's service. */
function readModelUsage(usage: unknown): TokenUsage {
  return {
    inputTokens: amountAt(usage, "input_tokens"),
    outputTokens: amountAt(usage, "output_tokens"),
    cacheReadTokens: amountAt(usage, "cache_read_input_tokens"),
    cacheCreationTokens: amountAt(usage, "cache_creation_input_tokens"),
  };
}

/** Of the gateway's result of a turn. */
function readTurnUsage(usage: unknown): TokenUsage {
  return {
    inputTokens: amountAt(usage, "inputTokens"),
    outputTokens: amountAt(usage, "outputTokens"),
    cacheReadTokens: amountAt(usage, "cacheReadTokens"),
    cacheCreationTokens: amountAt(usage, "cacheCreationTokens"),
  };
}

/** A whole message tells what its call has taken, and of its output as good as nothing: that is told at the end. */
export function countMessage(draft: Draft, message: unknown): void {
  const usage = readModelUsage(at(message, "usage"));
  draft.contextTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheCreationTokens;
  if (!runningTurn(draft)) return;
  remember(draft, { toldUsage: addUsage(draft.fold.toldUsage, usage) });
  showRunningUsage(draft);
}

/** The stream tells the output of each call at the call's end. */
export function countStreamed(draft: Draft, delta: unknown): void {
  if (!runningTurn(draft)) return;
  const more = Math.max(0, amountAt(delta, "usage", "output_tokens") - 1);
  remember(draft, { streamedTokens: draft.fold.streamedTokens + more });
  showRunningUsage(draft);
}

function showRunningUsage(draft: Draft): void {
  const { toldUsage, streamedTokens } = draft.fold;
  showUsage(draft, { ...toldUsage, outputTokens: toldUsage.outputTokens + streamedTokens });
}

/**
 * `result`: of the turn that ends; absent when it came to none. Of an interrupted one Claude Code counts nothing. Then
 * what its messages told is all there is.
 */
export function settleUsage(draft: Draft, result: unknown): TokenUsage {
  const counted = readTurnUsage(at(result, "usage"));
  const usage = isNothing(counted) ? draft.fold.toldUsage : counted;
  showUsage(draft, usage);
  remember(draft, {
    endedUsage: addUsage(draft.fold.endedUsage, usage),
    toldUsage: NO_USAGE,
    streamedTokens: 0,
  });
  return usage;
}

function isNothing(usage: TokenUsage): boolean {
  return Object.values(usage).every((tokens) => tokens === 0);
}

function showUsage(draft: Draft, usage: TokenUsage): void {
  changeTurn(draft, () => ({ usage }));
  draft.usage = addUsage(draft.fold.endedUsage, usage);
}
