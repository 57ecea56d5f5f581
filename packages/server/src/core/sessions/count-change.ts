/** What a change of a session adds to the metrics, once it is durable. */
import { type ErrorCode, type EventType, endsTurn, isErrorCode, type SessionStatus } from "@cc-docker/protocol";
import type { CoreMeter, MetricName } from "../metric-table.ts";
import type { MoveReason } from "./session-status.ts";

export type Count = { name: MetricName; labels: Record<string, string> };
export type Move = { from: SessionStatus | "none"; to: SessionStatus; reason: MoveReason | "created" };

export function countMove(move: Move): Count {
  return { name: "cc_docker_session_moves_total", labels: { ...move } };
}

/** An event that ends a turn, or that carries the error of a session. */
export function countEvent(type: EventType, data: unknown): Count[] {
  const code = codeOf(data);
  if (endsTurn(type)) {
    const ended: Count = { name: "cc_docker_turns_total", labels: { status: type.slice("turn.".length) } };
    return code ? [ended, countFailure("turn", code)] : [ended];
  }
  return type === "session.failed" && code ? [countFailure("session", code)] : [];
}

export function addCounts(meter: CoreMeter, counts: readonly Count[]): void {
  for (const { name, labels } of counts) meter.add(name, labels);
}

function countFailure(of: "turn" | "session", code: ErrorCode): Count {
  return { name: "cc_docker_failures_total", labels: { of, code } };
}

function codeOf(data: unknown): ErrorCode | undefined {
  const code = (data as { error?: { code?: unknown } } | undefined)?.error?.code;
  return isErrorCode(code) ? code : undefined;
}
