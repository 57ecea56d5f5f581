/** What a change of a session adds to the metrics, once it is durable. */
import {
  type ErrorCode,
  type EventType,
  endsTurn,
  isErrorCode,
  type SessionStatus,
  type TurnResult,
} from "@cc-docker/protocol";
import type { CoreMeter } from "../metric-table.ts";
import type { MoveReason } from "./session-status.ts";

export type Count = { name: Parameters<CoreMeter["add"]>[0]; labels: Record<string, string>; by?: number };
export type Move = { from: SessionStatus | "none"; to: SessionStatus; reason: MoveReason | "created" };

export function countMove(move: Move): Count[] {
  return [
    { name: "cc_docker_session_moves_total", labels: { ...move } },
    { name: "cc_docker_sessions_total", labels: { status: move.to } },
  ];
}

/** An event that ends a turn, or that carries the error of a session. */
export function countEvent(type: EventType, data: unknown): Count[] {
  const code = codeOf(data);
  if (endsTurn(type)) {
    const ended: Count = { name: "cc_docker_turns_total", labels: { status: type.slice("turn.".length) } };
    return [ended, ...countResult(data), ...(code ? [countFailure("turn", code)] : [])];
  }
  return type === "session.failed" && code ? [countFailure("session", code)] : [];
}

export function addCounts(meter: CoreMeter, counts: readonly Count[]): void {
  for (const { name, labels, by } of counts) meter.add(name, labels, by);
}

function countResult(data: unknown): Count[] {
  const result = (data as { result?: TurnResult } | undefined)?.result;
  if (!result) return [];
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens } = result.usage;
  const tokens = (type: string, by: number): Count => ({ name: "cc_docker_claude_tokens_total", labels: { type }, by });
  return [
    { name: "cc_docker_claude_turns_total", labels: {} },
    { name: "cc_docker_claude_cost_usd_total", labels: {}, by: result.costUsd },
    tokens("input", inputTokens),
    tokens("output", outputTokens),
    tokens("cache_read", cacheReadTokens),
    tokens("cache_creation", cacheCreationTokens),
  ];
}

function countFailure(of: "turn" | "session", code: ErrorCode): Count {
  return { name: "cc_docker_failures_total", labels: { of, code } };
}

function codeOf(data: unknown): ErrorCode | undefined {
  const code = (data as { error?: { code?: unknown } } | undefined)?.error?.code;
  return isErrorCode(code) ? code : undefined;
}
