import { z } from "zod";
import { type ERRORS, type ErrorCode, isErrorCode } from "./errors.ts";
import { SessionId, TurnId } from "./ids.ts";

export const TURN_STATUSES = ["queued", "running", "completed", "failed", "interrupted", "cancelled"] as const;
export const TurnStatus = z.enum(TURN_STATUSES);
export type TurnStatus = z.infer<typeof TurnStatus>;

/** A prompt in UTF-8 may have this many bytes. Twice the largest prompt a model of today takes in. */
export const MAX_PROMPT_BYTES = 1024 * 1024;

/** Tokens of all model calls of a turn, as the model's service counted them. */
export const TokenUsage = z.object({
  inputTokens: z.number().nonnegative(),
  outputTokens: z.number().nonnegative(),
  cacheReadTokens: z.number().nonnegative(),
  cacheCreationTokens: z.number().nonnegative(),
});
export type TokenUsage = z.infer<typeof TokenUsage>;

/** What a turn came to. */
export const TurnResult = z.object({
  /** The agent's last answer. */
  text: z.string(),
  /** Wall time inside Claude Code, in milliseconds. */
  durationMs: z.number().nonnegative(),
  costUsd: z.number().nonnegative(),
  /** Calls of the model that the agent answered with. */
  apiCalls: z.int().nonnegative(),
  usage: TokenUsage,
});
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
export const errorShape = z.object({ code: errorCode, message: z.string(), hint: z.string(), retry });

/** One prompt and all that happens until its result. */
export const Turn = z.object({
  id: TurnId,
  sessionId: SessionId,
  status: TurnStatus,
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  /** Present when `completed`, when `interrupted`, and when `failed` after the agent had spent something. */
  result: TurnResult.optional(),
  /** Present when `failed`, `interrupted` or `cancelled`. */
  error: errorShape.optional(),
});
export type Turn = z.infer<typeof Turn>;

const TERMINAL: ReadonlySet<TurnStatus> = new Set<TurnStatus>(["completed", "failed", "interrupted", "cancelled"]);

export function isTurnOver(status: TurnStatus): boolean {
  return TERMINAL.has(status);
}
