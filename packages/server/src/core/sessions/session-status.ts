import type { SessionStatus } from "@cc-docker/protocol";

/** Every allowed change of a session's status: one row each, one event, one count. A session begins as `starting`. */
const MOVES = [
  { reason: "ready", from: ["starting"], to: "idle" },
  { reason: "resumed", from: ["starting"], to: "running" },
  { reason: "turn_started", from: ["idle"], to: "running" },
  { reason: "turn_ended", from: ["running"], to: "idle" },
  { reason: "requested", from: ["starting", "idle", "running"], to: "stopped" },
  { reason: "idle_timeout", from: ["idle"], to: "stopped" },
  { reason: "session_timeout", from: ["starting", "idle", "running"], to: "stopped" },
  { reason: "recovering", from: ["starting", "running"], to: "starting" },
  { reason: "start_error", from: ["starting"], to: "failed" },
  { reason: "startup_timeout", from: ["starting"], to: "failed" },
  { reason: "crashed", from: ["starting", "idle", "running"], to: "failed" },
  { reason: "oom", from: ["starting", "idle", "running"], to: "failed" },
  { reason: "woken", from: ["stopped", "failed"], to: "starting" },
] as const satisfies { reason: string; from: SessionStatus[]; to: SessionStatus }[];

export type MoveReason = (typeof MOVES)[number]["reason"];

/** Where a reason leads from a status; `undefined` when it does not apply there. */
export function nextStatus(from: SessionStatus, reason: MoveReason): SessionStatus | undefined {
  return MOVES.find((move) => move.reason === reason && (move.from as readonly SessionStatus[]).includes(from))?.to;
}

/** At rest: no instance, and no further events until the session is woken. */
export function isAtRest(status: SessionStatus): boolean {
  return status === "stopped" || status === "failed";
}
