/** Replays a session's log against the table of moves. */
import type { Event } from "@cc-docker/protocol";
import type { SessionRow } from "../../../ports/store/store.ts";
import { isHeld, type MoveReason, nextState, type StateFields } from "../../sessions/session-status.ts";
import { short } from "../plan/stage.test-helper.ts";

export function checkStatusMoves({ id, status, deleted }: SessionRow, log: readonly Event[]): string[] {
  const problems: string[] = [];
  let at: StateFields | undefined;
  for (const { type, data, seq } of log) {
    if (at && isHeld(at) && type === "turn.started")
      problems.push(`${short(id)} started a turn while paused at ${seq}`);
    if (!type.startsWith("session.")) continue;
    const { reason } = data as { reason: string };
    const to: StateFields | undefined = at ? nextState(at, reason as MoveReason) : { status: "starting" };
    if (type !== `session.${to?.status}`) problems.push(`${short(id)} went from ${at?.status} to ${type} by ${reason}`);
    at = to ?? at;
  }
  if (at?.status !== status && !deleted) problems.push(`${short(id)} is ${status}, its log says ${at?.status}`);
  return problems;
}
