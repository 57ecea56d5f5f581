/** Takes in what wrappers send: each numbered item once, in order, with what it means for the turn. */
import { describeError, type EventType, type OutboxItem, type SessionId } from "@cc-docker/protocol";
import { isLive, type SessionChange, type SessionWriter } from "../sessions/session-writer.ts";
import { endAllTurns, endRunningTurn } from "./turn-moves.ts";
import { type AgentMessage, readOutcome } from "./turn-outcome.ts";

export type IngestInput = { sessionId: SessionId; generation: number; items: readonly OutboxItem[] };

/**
 * Stores the items durably and returns the number to acknowledge. Items seen before are dropped; so is everything of
 * a session at rest or of an earlier instance.
 */
export type Ingest = (input: IngestInput) => Promise<number>;

export function createIngest({
  writer,
  onFailed,
}: {
  writer: SessionWriter;
  onFailed: (sessionId: SessionId) => void;
}): Ingest {
  return async ({ sessionId, generation, items }) => {
    const newest = items.at(-1)?.n ?? 0;
    let failed = false;
    const acked = await writer.change(sessionId, async (change) => {
      const { session } = change;
      if (!isLive(session) || session.generation !== generation) return newest;
      failed = await applyItems(
        change,
        items.filter(({ n }) => n > session.outboxAcked),
      );
      const outboxAcked = Math.max(newest, session.outboxAcked);
      change.patch({ outboxAcked });
      return outboxAcked;
    });
    if (failed) onFailed(sessionId);
    return acked ?? newest;
  };
}

/** @returns whether the session failed by one of the items */
async function applyItems(change: SessionChange, items: readonly OutboxItem[]): Promise<boolean> {
  for (const item of items) {
    if (item.kind === "agent-exited") return failByExit(change, item.detail);
    const { runningTurn, costUsd } = change.session;
    const ofRunningTurn = runningTurn !== undefined && item.turnId === runningTurn;
    change.append(eventTypeOf(item.message), item.message, ofRunningTurn ? runningTurn : undefined);
    if (ofRunningTurn && item.message.type === "result")
      await endRunningTurn(change, readOutcome(item.message, costUsd));
  }
  return false;
}

async function failByExit(change: SessionChange, detail: string): Promise<boolean> {
  const error = describeError("AGENT_EXITED", `Claude Code ended unexpectedly: ${detail || "it wrote nothing"}`);
  await endAllTurns(change, error);
  return change.move(change.session.status === "starting" ? "start_error" : "crashed", error);
}

/** The agent's word for the kind of message is data: only a plain name becomes part of a type. */
function eventTypeOf({ type }: AgentMessage): EventType {
  return /^[a-z][a-z0-9_.-]*$/.test(type) ? `agent.${type}` : "agent.unknown";
}
