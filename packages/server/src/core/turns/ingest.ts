/** Takes in what wrappers send: each numbered item once, in order, with what it means for the turn. */
import {
  addUsage,
  describeError,
  type ErrorCode,
  type EventType,
  type OutboxItem,
  type SessionId,
  type TurnId,
  type TurnResult,
} from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import { request, settleUsed, withdraw } from "../approvals/approval-moves.ts";
import { countTokens } from "../quotas/price.ts";
import type { SessionChange } from "../sessions/session-draft.ts";
import { crash, crashReason } from "../sessions/session-moves.ts";
import { isLive } from "../sessions/session-status.ts";
import type { SessionWriter } from "../sessions/session-writer.ts";
import { readPartialText } from "./partial-text.ts";
import { endRunningTurn } from "./turn-moves.ts";
import { type AgentMessage, readOutcome } from "./turn-outcome.ts";

export type IngestInput = { sessionId: SessionId; generation: number; items: readonly OutboxItem[] };

/**
 * Stores the items durably and returns the number to acknowledge. Items seen before are dropped; so is everything of
 * a session at rest or of an earlier instance.
 */
export type Ingest = (input: IngestInput) => Promise<number>;

type IngestDeps = { writer: SessionWriter; newId: () => string; onFailed: (sessionId: SessionId) => void };

export function createIngest({ writer, newId, onFailed }: IngestDeps): Ingest {
  return async ({ sessionId, generation, items }) => {
    const newest = items.reduce((most, { n }) => Math.max(most, n), 0); // one that is sent again may come last
    let failed = false;
    const acked = await writer.changeAsHolder(sessionId, async (change) => {
      const { session } = change;
      if (!isLive(session) || session.generation !== generation) return newest;
      failed = await applyItems(change, unseen(items, session.outboxAcked), newId);
      failpoint("ingest.applied");
      const outboxAcked = Math.max(newest, session.outboxAcked);
      change.patch({ outboxAcked });
      return outboxAcked;
    });
    failpoint("ingest.committed");
    if (failed) onFailed(sessionId);
    return acked ?? newest;
  };
}

/** Each once, in the order of their numbers: what is sent again may come in one batch with what is new. */
function unseen(items: readonly OutboxItem[], acked: number): OutboxItem[] {
  let last = acked;
  return items.filter(({ n }) => {
    if (n <= last) return false;
    last = n;
    return true;
  });
}

/** @returns whether the session failed by one of the items */
async function applyItems(change: SessionChange, items: readonly OutboxItem[], newId: () => string): Promise<boolean> {
  for (const item of items) {
    if (item.kind === "agent-exited") return crashByExit(change, item);
    if (item.kind === "transcript") await keepTranscript(change, item);
    if (item.kind === "agent") await applyMessage(change, item);
    if (item.kind === "approval") await request(change, item, newId);
    if (item.kind === "approval-withdrawn" && item.turnId === change.session.runningTurn)
      await withdraw(change, item.key);
  }
  return false;
}

type ItemOf<Kind> = Extract<OutboxItem, { kind: Kind }>;

const EXIT_CODES = {
  "out-of-memory": "OUT_OF_MEMORY",
  "output-invalid": "AGENT_OUTPUT_INVALID",
} as const satisfies Record<NonNullable<ItemOf<"agent-exited">["reason"]>, ErrorCode>;

async function crashByExit(change: SessionChange, { reason, detail }: ItemOf<"agent-exited">): Promise<boolean> {
  const code = reason ? EXIT_CODES[reason] : "AGENT_EXITED";
  const error = describeError(code, `Claude Code ended unexpectedly: ${detail || "it wrote nothing"}`);
  return crash(change, change.session.status === "starting" ? "start_error" : crashReason(error), error);
}

async function keepTranscript(change: SessionChange, item: ItemOf<"transcript">): Promise<void> {
  const { agentSessionId, subpath, entries } = item;
  const rows = entries.map((entry) => ({ subpath, uuid: entry.uuid, type: entry.type, json: JSON.stringify(entry) }));
  await change.tx.insertTranscript(change.session.id, rows);
  change.patch({ agentSessionId });
}

async function applyMessage(change: SessionChange, { message, turnId }: ItemOf<"agent">): Promise<void> {
  const { runningTurn } = change.session;
  const ofRunningTurn = runningTurn !== undefined && turnId === runningTurn;
  change.append(eventTypeOf(message), message, ofRunningTurn ? runningTurn : undefined);
  if (ofRunningTurn) await settleUsed(change, message);
  if (!ofRunningTurn || message.type !== "result") return;
  const { interrupt } = (await change.tx.findTurn(runningTurn)) ?? {};
  const { outcome, agentCostUsd } = readOutcome(message, change.session.agentCostUsd, interrupt);
  change.patch({ agentCostUsd });
  if (outcome.status === "interrupted" && outcome.result) await completeResult(change, runningTurn, outcome.result);
  await endRunningTurn(change, outcome);
}

/** Of a turn that is broken off Claude Code may tell neither what it said nor what its calls have used. */
async function completeResult(change: SessionChange, turnId: TurnId, result: TurnResult): Promise<void> {
  result.text ||= await readPartialText(change);
  if (countTokens(result.usage) > 0) return;
  result.usage = change.usesOf(turnId).reduce((sum, { usage }) => addUsage(sum, usage), result.usage);
}

/** The agent's word for the kind of message is data: only a plain name becomes part of a type. */
function eventTypeOf({ type }: AgentMessage): EventType {
  return /^[a-z][a-z0-9_.-]*$/.test(type) ? `agent.${type}` : "agent.unknown";
}
