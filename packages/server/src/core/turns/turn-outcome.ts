/** What Claude Code's `result` message says of a turn. The message is data: fields are taken as they parse, or left. */
import { describeError, type ErrorCode, type ErrorShape, type TurnResult } from "@cc-docker/protocol";
import { z } from "zod";
import type { InterruptReason } from "../../ports/store/store.ts";
import { AgentUsage, amount } from "./agent-usage.ts";

export type TurnOutcome =
  | { status: "completed"; result: TurnResult }
  | { status: "failed" | "interrupted"; error: ErrorShape; result?: TurnResult };

export type AgentMessage = { type: string; [field: string]: unknown };

/** Beyond any turn there can be; the number is the agent's word. */
const dollars = z.number().nonnegative().max(1e6).catch(0);

const ResultMessage = z.object({
  subtype: z.string().catch(""),
  /** Its content did not fit the link; only its size came. */
  truncated: z.boolean().catch(false),
  bytes: amount,
  is_error: z.boolean().catch(false),
  result: z.string().catch(""),
  errors: z.array(z.string()).catch([]),
  api_error_status: z.number().nullish().catch(null),
  api_error: z.string().nullish().catch(null),
  duration_ms: amount,
  num_turns: z.int().nonnegative().max(1e9).catch(0),
  total_cost_usd: dollars,
  usage: AgentUsage,
});
type ResultMessage = z.infer<typeof ResultMessage>;

export type ReadOutcome = {
  outcome: TurnOutcome;
  /** What the whole conversation has cost by Claude Code's count. */
  agentCostUsd: number;
};

/**
 * `costBeforeUsd`: Claude Code reports the cost of its whole conversation; what came before this turn is taken off.
 * Less than before means that its count began anew, as after a crash. `interrupt`: why the turn was to end early.
 */
export function readOutcome(
  message: AgentMessage,
  costBeforeUsd: number,
  interrupt: InterruptReason | undefined,
): ReadOutcome {
  const parsed = ResultMessage.parse(message);
  const agentCostUsd = parsed.total_cost_usd;
  const result = toResult(parsed, agentCostUsd < costBeforeUsd ? 0 : costBeforeUsd);
  return { agentCostUsd, outcome: toOutcome(parsed, result, interrupt) };
}

function toOutcome(parsed: ResultMessage, result: TurnResult, interrupt: InterruptReason | undefined): TurnOutcome {
  if (parsed.subtype === "success" && !parsed.is_error) return { status: "completed", result };
  if (interrupt) return { status: "interrupted", error: interruptError(interrupt), result };
  // Its text is Claude Code's word for the failure, which the error has already: it is no answer.
  return { status: "failed", error: describeError(codeOf(parsed), detailOf(parsed)), result: { ...result, text: "" } };
}

export function interruptError(reason: InterruptReason): ErrorShape {
  const [code, message] = INTERRUPT_ERRORS[reason];
  return describeError(code, message);
}

const INTERRUPT_ERRORS = {
  requested: ["TURN_INTERRUPTED", "The turn was interrupted on request."],
  request_timeout: ["REQUEST_TIMEOUT", "The turn took longer than it may."],
  hang: ["AGENT_SILENT", "Nothing was heard of the agent, nor of the model, for too long."],
} as const satisfies Record<InterruptReason, readonly [ErrorCode, string]>;

function toResult(
  { result, duration_ms, num_turns, total_cost_usd, usage }: ResultMessage,
  costBeforeUsd: number,
): TurnResult {
  return {
    text: result,
    durationMs: duration_ms,
    apiCalls: num_turns,
    costUsd: Math.max(0, total_cost_usd - costBeforeUsd),
    usage,
  };
}

/** The status the model's service gave, as Claude Code passes it on; 502 is the broker's own word for "no answer". */
function codeOf({ api_error_status: status, api_error: failure, truncated }: ResultMessage): ErrorCode {
  if (truncated) return "AGENT_OUTPUT_INVALID";
  if (failure === "connection_failed") return "MODEL_UNREACHABLE";
  return CODE_OF_STATUS[status ?? 0] ?? "MODEL_FAILED";
}

const CODE_OF_STATUS: Record<number, ErrorCode> = {
  401: "MODEL_AUTH_FAILED",
  403: "MODEL_AUTH_FAILED",
  404: "MODEL_NOT_FOUND",
  429: "MODEL_RATE_LIMITED",
  502: "MODEL_UNREACHABLE",
  529: "MODEL_OVERLOADED",
};

function detailOf({ result, errors, subtype, truncated, bytes }: ResultMessage): string {
  if (truncated) return `The agent's answer has ${bytes} bytes, more than can be passed on.`;
  return (result || errors.join("; ") || subtype || "The model gave no reason.").slice(0, 2000);
}
