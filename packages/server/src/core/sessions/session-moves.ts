/** What wakes, recovers and fails a session, as steps of a change of it. */
import { CcError, type ErrorShape, isResumed } from "@cc-docker/protocol";
import type { Quotas } from "../quotas/quotas.ts";
import { endAllTurns, settleRunningTurn, startNextTurn } from "../turns/turn-moves.ts";
import { interruptError } from "../turns/turn-outcome.ts";
import type { SessionChange } from "./session-draft.ts";
import { isAtRest, isHeld, type MoveReason } from "./session-status.ts";

/** A turn that has brought its agent down so often is more likely the reason than the victim. */
const MAX_CRASHES_PER_TURN = 3;

/** A person pauses the session: its row first, the engine is told after. @throws CcError SESSION_NOT_PAUSABLE */
export function hold(change: SessionChange): void {
  const { id, status } = change.session;
  if (isHeld(change.session) || change.move("pause_requested")) return;
  throw new CcError("SESSION_NOT_PAUSABLE", `Session ${id} is ${status} and cannot be paused.`);
}

/** Has a paused session go on, whoever paused it: with its turn, or with the next one that waits. */
export async function release(change: SessionChange): Promise<void> {
  const { runningTurn } = change.session;
  const turn = runningTurn && (await change.tx.findTurn(runningTurn));
  if (!turn) return change.move("unpaused") ? startNextTurn(change) : undefined;
  if (change.move("turn_continued")) change.command(turn);
}

/**
 * Gives a session at rest its next instance. False when it is not at rest.
 * @throws CcError SESSION_LIMIT_REACHED, CONTAINER_LIMIT_REACHED
 */
export async function wake(change: SessionChange, quotas: Quotas): Promise<boolean> {
  if (!isAtRest(change.session.status)) return false;
  await quotas.admitLife(change.tx, change.session);
  change.move("woken");
  change.patch({ generation: change.session.generation + 1, crashes: 0, openApprovals: 0 });
  change.wantInstance();
  return true;
}

/**
 * The agent, its wrapper or its container has died. The running turn goes on in a new instance when the session is to
 * recover; otherwise all turns end and the session fails. Of one that a person has paused nothing moves: its next
 * instance is one that it has not, which is missed when it is to go on.
 * @returns whether the session is at rest now
 */
export async function crash(change: SessionChange, reason: MoveReason, error: ErrorShape): Promise<boolean> {
  if (isHeld(change.session)) {
    change.patch({ generation: change.session.generation + 1 });
    return false;
  }
  await settleInterrupted(change);
  const { runningTurn, crashes, config, generation } = change.session;
  const mayRecover = isResumed(error.code) && config.onCrash !== "fail" && crashes < MAX_CRASHES_PER_TURN;
  const recovers = runningTurn !== undefined && mayRecover;
  if (recovers && change.move("recovering", error)) {
    change.append("turn.resumed", { error, crashes: crashes + 1 }, runningTurn);
    change.patch({ generation: generation + 1, crashes: crashes + 1, openApprovals: 0 }); // the next agent asks again
    change.wantInstance();
    return false;
  }
  await endAllTurns(change, error);
  return change.move(reason, error);
}

/** The session's own word for what ended its instance. */
export function crashReason({ code }: ErrorShape): MoveReason {
  return code === "OUT_OF_MEMORY" ? "oom" : "crashed";
}

/** A turn that was to end early has ended with its agent; one whose agent only hung goes on in the next. */
async function settleInterrupted(change: SessionChange): Promise<void> {
  const { runningTurn } = change.session;
  const turn = runningTurn && (await change.tx.findTurn(runningTurn));
  if (turn?.interrupt === "hang") return change.tx.updateTurn(turn.id, { interrupt: undefined });
  if (turn?.interrupt)
    await settleRunningTurn(change, { status: "interrupted", error: interruptError(turn.interrupt) });
}
