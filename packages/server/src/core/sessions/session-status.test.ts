import { SESSION_STATUSES, type SessionStatus } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { isAtRest, isFree, isHeld, type MoveReason, nextState, type StateFields } from "./session-status.ts";

/** `parked` is `paused` with a mark. */
type State = SessionStatus | "parked";
const STATES: readonly State[] = [...SESSION_STATUSES, "parked"];

const fields = (state: State): StateFields =>
  state === "parked" ? { status: "paused", parked: true } : { status: state };

/** Where each reason leads from which states; it does not apply to the others. */
const TABLE: Record<MoveReason, Partial<Record<State, State>>> = {
  ready: { starting: "idle" },
  resumed: { starting: "running" },
  turn_started: { idle: "running", parked: "running" },
  turn_ended: { running: "idle" },
  parked: { idle: "parked" },
  pause_requested: { idle: "paused", running: "paused", parked: "paused" },
  unpaused: { paused: "idle", parked: "idle" },
  turn_continued: { paused: "running" },
  requested: { starting: "stopped", idle: "stopped", running: "stopped", paused: "stopped", parked: "stopped" },
  idle_timeout: { idle: "stopped", parked: "stopped" },
  session_timeout: { starting: "stopped", idle: "stopped", running: "stopped", paused: "stopped", parked: "stopped" },
  recovering: { starting: "starting", running: "starting" },
  start_error: { starting: "failed" },
  startup_timeout: { starting: "failed" },
  crashed: { starting: "failed", idle: "failed", running: "failed", parked: "failed" },
  oom: { starting: "failed", idle: "failed", running: "failed", parked: "failed" },
  woken: { stopped: "starting", failed: "starting" },
};

const pairs = Object.entries(TABLE).flatMap(([reason, row]) =>
  STATES.map((from) => ({ reason: reason as MoveReason, from, to: row[from] })),
);

describe("a session's status", () => {
  it.each(pairs)("of $from with reason $reason becomes $to", ({ reason, from, to }) => {
    expect(nextState(fields(from), reason)).toEqual(to && { parked: undefined, ...fields(to) });
  });

  it.each(STATES)("of %s is left by waking, and only by that, when it is at rest", (from) => {
    const reasons = Object.entries(TABLE).flatMap(([reason, row]) => (row[from] === undefined ? [] : [reason]));
    const { status } = fields(from);
    expect(reasons.includes("woken")).toBe(isAtRest(status));
    expect(reasons.some((reason) => reason !== "woken")).toBe(!isAtRest(status));
  });

  it("tells what a person has paused from what is parked", () => {
    expect(STATES.filter((state) => isHeld(fields(state)))).toEqual(["paused"]);
    expect(STATES.filter((state) => isFree(fields(state)))).toEqual(["idle", "parked"]);
  });
});
