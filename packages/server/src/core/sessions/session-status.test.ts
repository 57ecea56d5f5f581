import { SESSION_STATUSES, type SessionStatus } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { isAtRest, type MoveReason, nextStatus } from "./session-status.ts";

/** Every pair: where a reason leads from a status, `null` where it does not apply. */
const TABLE: Record<MoveReason, Record<SessionStatus, SessionStatus | null>> = {
  ready: { starting: "idle", idle: null, running: null, stopped: null, failed: null },
  resumed: { starting: "running", idle: null, running: null, stopped: null, failed: null },
  turn_started: { starting: null, idle: "running", running: null, stopped: null, failed: null },
  turn_ended: { starting: null, idle: null, running: "idle", stopped: null, failed: null },
  requested: { starting: "stopped", idle: "stopped", running: "stopped", stopped: null, failed: null },
  idle_timeout: { starting: null, idle: "stopped", running: null, stopped: null, failed: null },
  session_timeout: { starting: "stopped", idle: "stopped", running: "stopped", stopped: null, failed: null },
  recovering: { starting: "starting", idle: null, running: "starting", stopped: null, failed: null },
  start_error: { starting: "failed", idle: null, running: null, stopped: null, failed: null },
  startup_timeout: { starting: "failed", idle: null, running: null, stopped: null, failed: null },
  crashed: { starting: "failed", idle: "failed", running: "failed", stopped: null, failed: null },
  oom: { starting: "failed", idle: "failed", running: "failed", stopped: null, failed: null },
  woken: { starting: null, idle: null, running: null, stopped: "starting", failed: "starting" },
};

const pairs = Object.entries(TABLE).flatMap(([reason, row]) =>
  Object.entries(row).map(([from, to]) => ({ reason: reason as MoveReason, from: from as SessionStatus, to })),
);

describe("a session's status", () => {
  it.each(pairs)("of $from with reason $reason becomes $to", ({ reason, from, to }) => {
    expect(nextStatus(from, reason) ?? null).toBe(to);
  });

  it.each(SESSION_STATUSES)("of %s is left by waking, and only by that, when it is at rest", (from) => {
    const reasons = Object.entries(TABLE).flatMap(([reason, row]) => (row[from] === null ? [] : [reason]));
    expect(reasons.includes("woken")).toBe(isAtRest(from));
    expect(reasons.some((reason) => reason !== "woken")).toBe(!isAtRest(from));
  });
});
