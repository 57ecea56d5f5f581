import { z } from "zod";
import { type ERRORS, type ErrorCode, isErrorCode } from "./errors.ts";
import { SessionId, TurnId } from "./ids.ts";

export const TURN_STATUSES = ["queued", "running", "completed", "failed", "interrupted", "cancelled"] as const;
export const TurnStatus = z.enum(TURN_STATUSES).describe("Where the turn is; from `completed` on it is over.");
export type TurnStatus = z.infer<typeof TurnStatus>;

const tokens = z.number().nonnegative();
export const TokenUsage = z
  .object({
    inputTokens: tokens.describe("Tokens read anew, not from the cache."),
    outputTokens: tokens.describe("Tokens written."),
    cacheReadTokens: tokens.describe("Tokens read from the prompt cache."),
    cacheCreationTokens: tokens.describe("Tokens read and put into the prompt cache."),
  })
  .describe("Tokens of all model calls, as the model's service counted them.");
export type TokenUsage = z.infer<typeof TokenUsage>;

export const TurnResult = z
  .object({
    text: z.string().describe("The agent's last answer."),
    durationMs: z.number().nonnegative().describe("Wall time inside Claude Code, in milliseconds."),
    costUsd: z.number().nonnegative().describe("In US dollars, as Claude Code estimates it."),
    apiCalls: z.int().nonnegative().describe("Calls of the model that the agent answered with."),
    usage: TokenUsage,
  })
  .describe("What a turn came to.");
export type TurnResult = z.infer<typeof TurnResult>;

/** Sums over the turns of a session that came to a result. */
export const TurnTotals = TurnResult.pick({ durationMs: true, apiCalls: true, usage: true });
export type TurnTotals = z.infer<typeof TurnTotals>;

/** The totals of a session without a turn. */
export const NO_TOTALS: TurnTotals = {
  durationMs: 0,
  apiCalls: 0,
  usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 },
};

export function addTotals(a: TurnTotals, b: TurnTotals): TurnTotals {
  return {
    durationMs: a.durationMs + b.durationMs,
    apiCalls: a.apiCalls + b.apiCalls,
    usage: addUsage(a.usage, b.usage),
  };
}

/** Tokens of each kind, summed. */
export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheCreationTokens: a.cacheCreationTokens + b.cacheCreationTokens,
  };
}

const errorCode = z.custom<ErrorCode>(isErrorCode, { error: "not an error code of the table" });
const retry = z.custom<(typeof ERRORS)[ErrorCode]["retry"]>((value) => typeof value === "string");
export const errorShape = z
  .object({
    code: errorCode.describe("A code of the error table."),
    message: z.string().describe("What happened, with the value."),
    hint: z.string().describe("What to do about it."),
    retry: retry.describe("Whether the same may be tried again: `never`, `later`, `safe` or `unknown`."),
  })
  .describe("An error of the error table.");

export const Turn = z
  .object({
    id: TurnId,
    sessionId: SessionId,
    status: TurnStatus,
    createdAt: z.iso.datetime().describe("When its prompt was accepted."),
    startedAt: z.iso.datetime().optional().describe("When the agent got it; absent before."),
    endedAt: z.iso.datetime().optional().describe("When it was over; absent before."),
    result: TurnResult.optional().describe(
      "What it came to: when `completed`, when `interrupted`, and when `failed` after the agent had spent something.",
    ),
    error: errorShape.optional().describe("Why there is no answer: when `failed`, `interrupted` or `cancelled`."),
  })
  .describe("One prompt and all that happens until its result.");
export type Turn = z.infer<typeof Turn>;

const TERMINAL: ReadonlySet<TurnStatus> = new Set<TurnStatus>(["completed", "failed", "interrupted", "cancelled"]);

export function isTurnOver(status: TurnStatus): boolean {
  return TERMINAL.has(status);
}
