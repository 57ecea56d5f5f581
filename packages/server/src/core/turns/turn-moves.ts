/** What happens to turns, as steps of a change of their session. */
import { describeError, type ErrorShape, type TurnResult } from "@cc-docker/protocol";
import type { SessionChange } from "../sessions/session-writer.ts";

export type TurnOutcome =
  | { status: "completed"; result: TurnResult }
  | { status: "failed"; error: ErrorShape; result?: TurnResult };

/** Starts the oldest waiting turn when the session is idle. One turn runs at a time. */
export async function startNextTurn(change: SessionChange): Promise<void> {
  if (change.session.status !== "idle") return;
  const next = await change.tx.findNextTurn(change.session.id);
  if (!next) return;
  change.move("turn_started");
  change.patch({ runningTurn: next.id });
  change.append("turn.started", {}, next.id);
  change.command({ id: next.id, prompt: next.prompt });
  await change.tx.updateTurn(next.id, { status: "running", startedAt: change.now });
}

/** Ends the running turn; the session becomes idle and takes the next one. */
export async function endRunningTurn(change: SessionChange, outcome: TurnOutcome): Promise<void> {
  await recordRunning(change, outcome);
  change.move("turn_ended");
  await startNextTurn(change);
}

/** Ends all turns of a session that ends: the running one fails, waiting ones are cancelled. */
export async function endAllTurns(change: SessionChange, error: ErrorShape): Promise<void> {
  await recordRunning(change, { status: "failed", error });
  for (const turnId of await change.tx.listQueuedTurns(change.session.id)) {
    change.append("turn.cancelled", { error }, turnId);
    await change.tx.updateTurn(turnId, { status: "cancelled", endedAt: change.now, error });
    change.patch({ turnCount: change.session.turnCount + 1 });
  }
}

async function recordRunning(change: SessionChange, { status, ...data }: TurnOutcome): Promise<void> {
  const { runningTurn, turnCount, costUsd } = change.session;
  if (!runningTurn) return;
  change.append(`turn.${status}`, data, runningTurn);
  await change.tx.updateTurn(runningTurn, { status, endedAt: change.now, ...data });
  change.patch({ runningTurn: undefined, turnCount: turnCount + 1, costUsd: costUsd + (data.result?.costUsd ?? 0) });
}

export function sessionStoppedError(): ErrorShape {
  return describeError("SESSION_STOPPED", "The session was stopped on request.");
}
