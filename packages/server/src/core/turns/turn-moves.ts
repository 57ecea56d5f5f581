/** What happens to turns, as steps of a change of their session. */
import { addTotals, describeError, type ErrorShape, NO_TOTALS, type TurnId } from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { InterruptReason, TurnRow } from "../../ports/store/store.ts";
import { withdrawAll } from "../approvals/approval-moves.ts";
import { usageOf } from "../quotas/quotas.ts";
import type { SessionChange } from "../sessions/session-draft.ts";
import { isFree, type MoveReason } from "../sessions/session-status.ts";
import { interruptError, type TurnOutcome } from "./turn-outcome.ts";

/** Starts the oldest waiting turn when the session is idle or parked. One turn runs at a time. */
export async function startNextTurn(change: SessionChange): Promise<void> {
  if (!isFree(change.session)) return;
  const next = await change.tx.findNextTurn(change.session.id);
  if (!next) return;
  change.move("turn_started");
  change.patch({ runningTurn: next.id, turnTimeout: next.timeout });
  change.append("turn.started", {}, next.id);
  change.command({ id: next.id, prompt: next.prompt, trace: next.trace });
  await change.tx.updateTurn(next.id, { status: "running", startedAt: change.now });
}

/** Ends the running turn; the session becomes idle and takes the next one, unless a person has paused it. */
export async function endRunningTurn(change: SessionChange, outcome: TurnOutcome): Promise<void> {
  await settleRunningTurn(change, outcome);
  failpoint("turn.end-written");
  change.move("turn_ended");
  await startNextTurn(change);
}

/** Ends all turns of a session that ends: the running one fails, waiting ones are cancelled. */
export async function endAllTurns(change: SessionChange, error: ErrorShape): Promise<void> {
  await settleRunningTurn(change, { status: "failed", error });
  for (const turnId of await change.tx.listQueuedTurns(change.session.id)) await cancelTurn(change, turnId, error);
}

/** A turn that waited will never run. */
async function cancelTurn(change: SessionChange, turnId: TurnId, error: ErrorShape): Promise<void> {
  change.append("turn.cancelled", { error }, turnId);
  await change.tx.updateTurn(turnId, { status: "cancelled", endedAt: change.now, error });
  change.patch({ turnCount: change.session.turnCount + 1 });
}

/** Has a turn end early: the one that runs by the agent, one that waits at once. One that is over stays as it is. */
export async function interruptTurn(change: SessionChange, turn: TurnRow, reason: InterruptReason): Promise<void> {
  if (turn.status === "queued") await cancelTurn(change, turn.id, interruptError(reason));
  if (change.session.runningTurn !== turn.id) return;
  const isFirst = !turn.interrupt || turn.interrupt === "hang"; // a turn that only hung goes on after its agent's end
  const interrupt = isFirst ? reason : turn.interrupt; // told again: its command may have gone with a gateway
  if (isFirst) await change.tx.updateTurn(turn.id, { interrupt });
  await withdrawAll(change);
  if (change.session.status !== "running") return; // its agent is told with the turn, as soon as it is ready
  change.command({ id: turn.id, prompt: turn.prompt, trace: turn.trace, interrupt });
}

/** Writes the running turn's end down, if there is one. The session's status is the caller's to move. */
export async function settleRunningTurn(change: SessionChange, { status, ...data }: TurnOutcome): Promise<void> {
  const { runningTurn, turnCount, costUsd, totals = NO_TOTALS } = change.session;
  if (!runningTurn) return;
  await withdrawAll(change);
  change.append(`turn.${status}`, data, runningTurn);
  await change.tx.updateTurn(runningTurn, { status, endedAt: change.now, ...data });
  const uses = change.usesOf(runningTurn);
  if (data.result || uses.length > 0)
    await change.tx.addDayUsage(usageOf({ status, result: data.result, uses }, change.session, change.now));
  change.patch({
    runningTurn: undefined,
    turnTimeout: undefined,
    crashes: 0,
    turnCount: turnCount + 1,
    costUsd: costUsd + (data.result?.costUsd ?? 0),
    ...(data.result && { totals: addTotals(totals, data.result) }),
  });
}

export function sessionStoppedError(reason: MoveReason): ErrorShape {
  const message = reason === "requested" ? "The session was stopped on request." : "The session has had its time.";
  return describeError("SESSION_STOPPED", message);
}
