/** What happens to turns, as steps of a change of their session. */
import { describeError, type ErrorShape, type TurnResult } from "@cc-docker/protocol";
import type { TurnRow } from "../../ports/store/store.ts";
import type { SessionChange } from "../sessions/session-writer.ts";

export type TurnOutcome =
  | { status: "completed"; result: TurnResult }
  | { status: "failed"; error: ErrorShape; result?: TurnResult };

/** Starts the oldest waiting turn when the session is idle. One turn runs at a time. */
export async function startNextTurn(change: SessionChange): Promise<void> {
  if (change.session.status !== "idle") return;
  const [next] = await change.tx.listTurns(change.session.id, "queued");
  if (!next) return;
  change.move("turn_started");
  change.append("turn.started", {}, next.id);
  change.command();
  await change.tx.updateTurn(next.id, { status: "running", startedAt: change.now });
}

export async function findRunningTurn({ tx, session }: SessionChange): Promise<TurnRow | undefined> {
  const [running] = await tx.listTurns(session.id, "running");
  return running;
}

/** Ends the running turn; the session becomes idle and takes the next one. */
export async function endTurn(change: SessionChange, turn: TurnRow, outcome: TurnOutcome): Promise<void> {
  await recordOutcome(change, turn, outcome);
  change.move("turn_ended");
  await startNextTurn(change);
}

/** Ends all turns of a session that ends: the running one fails, waiting ones are cancelled. */
export async function endAllTurns(change: SessionChange, error: ErrorShape): Promise<void> {
  const running = await findRunningTurn(change);
  if (running) await recordOutcome(change, running, { status: "failed", error });
  for (const turn of await change.tx.listTurns(change.session.id, "queued")) {
    change.append("turn.cancelled", { error }, turn.id);
    await change.tx.updateTurn(turn.id, { status: "cancelled", endedAt: change.now, error });
    change.patch({ turnCount: change.session.turnCount + 1 });
  }
}

async function recordOutcome(change: SessionChange, turn: TurnRow, outcome: TurnOutcome): Promise<void> {
  const { status, ...data } = outcome;
  change.append(`turn.${status}`, data, turn.id);
  await change.tx.updateTurn(turn.id, { status, endedAt: change.now, ...data });
  const costUsd = change.session.costUsd + (outcome.result?.costUsd ?? 0);
  change.patch({ turnCount: change.session.turnCount + 1, costUsd });
}

export function sessionStoppedError(): ErrorShape {
  return describeError("SESSION_STOPPED", "The session was stopped on request.");
}
