import type { SessionStatus } from "@cc-docker/protocol";
import type { SessionRow } from "../../ports/store/store.ts";

/** What the table tells apart: a session that is parked for idleness is `paused` to everybody else. */
type State = SessionStatus | "parked";

const LIVE = ["starting", "idle", "running", "paused", "parked"] as const satisfies State[];

/** Every allowed change of a session's state: one row each, one event, one count. A session begins as `starting`. */
const MOVES = [
  { reason: "ready", from: ["starting"], to: "idle" },
  { reason: "resumed", from: ["starting"], to: "running" },
  { reason: "turn_started", from: ["idle", "parked"], to: "running" },
  { reason: "turn_ended", from: ["running"], to: "idle" },
  { reason: "parked", from: ["idle"], to: "parked" },
  { reason: "pause_requested", from: ["idle", "running", "parked"], to: "paused" },
  { reason: "unpaused", from: ["paused", "parked"], to: "idle" },
  { reason: "turn_continued", from: ["paused"], to: "running" },
  { reason: "requested", from: LIVE, to: "stopped" },
  { reason: "idle_timeout", from: ["idle", "parked"], to: "stopped" },
  { reason: "session_timeout", from: LIVE, to: "stopped" },
  { reason: "recovering", from: ["starting", "running"], to: "starting" },
  { reason: "start_error", from: ["starting"], to: "failed" },
  { reason: "startup_timeout", from: ["starting"], to: "failed" },
  { reason: "crashed", from: ["starting", "idle", "running", "parked"], to: "failed" },
  { reason: "oom", from: ["starting", "idle", "running", "parked"], to: "failed" },
  { reason: "woken", from: ["stopped", "failed"], to: "starting" },
] as const satisfies { reason: string; from: readonly State[]; to: State }[];

export type MoveReason = (typeof MOVES)[number]["reason"];

/** The state of a session as its row holds it. */
export type StateFields = { status: SessionStatus; parked?: true | undefined };

/** Where a reason leads from a state; `undefined` when it does not apply there. */
export function nextState(from: StateFields, reason: MoveReason): StateFields | undefined {
  const state = from.parked ? "parked" : from.status;
  const to = MOVES.find((move) => move.reason === reason && (move.from as readonly State[]).includes(state))?.to;
  return to && (to === "parked" ? { status: "paused", parked: true } : { status: to, parked: undefined });
}

/** At rest: no instance, and no further events until the session is woken. */
export function isAtRest(status: SessionStatus): boolean {
  return status === "stopped" || status === "failed";
}

/** A person has paused it: its instance is frozen by the engine, and nothing moves until it is resumed or ended. */
export function isHeld({ status, parked }: StateFields): boolean {
  return status === "paused" && !parked;
}

/** A prompt is worked on at once. */
export function isFree({ status, parked }: StateFields): boolean {
  return status === "idle" || parked === true;
}

/** Whether the session takes part in anything still: it exists for its owner and has, or should have, an instance. */
export function isLive({ deleted, status }: Pick<SessionRow, "deleted" | "status">): boolean {
  return !deleted && !isAtRest(status);
}
