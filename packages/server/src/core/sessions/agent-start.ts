/** What a wrapper is told to start its agent with: anew, or from where the conversation stood. */
import {
  describeError,
  type FileOwner,
  type SessionConfig,
  type SessionId,
  type ToWrapper,
  type TranscriptEntry,
  type TurnId,
} from "@cc-docker/protocol";
import type { Store, TurnRow } from "../../ports/store/store.ts";
import { disownAll } from "../approvals/approval-moves.ts";
import { completeTranscript } from "../turns/complete-transcript.ts";
import { readTranscriptEnd, type TranscriptEnd } from "../turns/read-transcript-end.ts";
import { settleRunningTurn } from "../turns/turn-moves.ts";
import type { SessionChange } from "./session-draft.ts";
import type { SessionWriter } from "./session-writer.ts";

/** A part of the transcript fits one message of the link, also when its first entry is the longest there can be. */
const PART_BYTES = 1024 * 1024;

/** Far more events than an agent tells in the time that its transcript may lag. */
const LOG_TAIL = { limit: 2000, maxBytes: 32 * 1024 * 1024 };

export type AgentStart = {
  config: SessionConfig;
  /** Whom the agent runs as, where the workspace is somebody's. */
  user?: FileOwner;
  resume?: Extract<ToWrapper, { type: "start" }>["resume"];
  /** The place in a trace of the turn that the agent goes on with. */
  traceparent?: string;
};
export type TranscriptPart = Omit<Extract<ToWrapper, { type: "transcript" }>, "type">;

export type AgentStarts = {
  /**
   * To be asked when all that the instance's outbox held is stored: what a turn came to may be in there. A turn whose
   * answer is complete in the transcript is ended here.
   */
  prepare(sessionId: SessionId): Promise<AgentStart | undefined>;
  /** The transcript to go on from, in parts. */
  readTranscript(sessionId: SessionId): AsyncGenerator<TranscriptPart, void, undefined>;
};

export function createAgentStarts({ store, writer }: { store: Store; writer: SessionWriter }): AgentStarts {
  function prepare(sessionId: SessionId): Promise<AgentStart | undefined> {
    return writer.changeAsHolder(sessionId, async (change) => {
      await disownAll(change);
      const unfinishedTurn = await findUnfinished(change);
      const { config, agentSessionId, workspace } = change.session;
      const user = workspace && { user: { uid: workspace.uid, gid: workspace.gid } };
      if (!agentSessionId) return { config, ...user };
      const planning = unfinishedTurn && (await isPlanning(change, unfinishedTurn));
      const goOn = unfinishedTurn && { unfinishedTurn, ...(planning && { planning }) };
      const own = unfinishedTurn && (await change.tx.findTurn(unfinishedTurn))?.trace?.own;
      return { config, ...user, resume: { agentSessionId, ...goOn }, ...(own !== undefined && { traceparent: own }) };
    });
  }

  async function* readTranscript(sessionId: SessionId): AsyncGenerator<TranscriptPart, void, undefined> {
    let after = 0;
    for (;;) {
      const page = await store.readTranscript(sessionId, { after, maxBytes: PART_BYTES });
      const last = page.at(-1);
      if (!last) return;
      after = last.position;
      for (const [subpath, rows] of Map.groupBy(page, (row) => row.subpath)) {
        yield {
          ...(subpath !== undefined && { subpath }),
          entries: rows.map(({ json }) => JSON.parse(json) as TranscriptEntry),
        };
      }
    }
  }

  return { prepare, readTranscript };
}

/** @returns the turn that the agent is to go on with by itself */
async function findUnfinished(change: SessionChange): Promise<TurnId | undefined> {
  const { id, runningTurn } = change.session;
  const turn = runningTurn && (await change.tx.findTurn(runningTurn));
  if (!turn) return undefined;
  await complete(change, turn);
  const end = readTranscriptEnd(await change.tx.findTranscriptTail(id, turn.id));
  if (end.kind === "unfinished") return turn.id;
  if (end.kind === "failed")
    await settleRunningTurn(change, {
      status: "failed",
      error: describeError("MODEL_FAILED", end.text.slice(0, 2000)),
    });
  if (end.kind === "answered")
    await settleRunningTurn(change, { status: "completed", result: toResult(end, turn, change) });
  return undefined;
}

/** Claude Code does not know by itself, after a crash, that it was to make a plan first. */
async function isPlanning({ tx }: SessionChange, turnId: TurnId): Promise<boolean> {
  const last = (await tx.listTurnApprovals(turnId)).at(-1);
  return last?.kind === "plan" && !last.used;
}

async function complete({ tx, session, patch, readTail }: SessionChange, turn: TurnRow): Promise<void> {
  const log = await readTail(LOG_TAIL);
  const completion = completeTranscript(turn, log, {
    lastLine: await tx.findLastTranscriptLine(session.id),
    lastMessage: await tx.findTranscriptTail(session.id, turn.id),
  });
  if (!completion) return;
  await tx.insertTranscript(session.id, completion.rows);
  patch({ agentSessionId: completion.agentSessionId });
}

/** Its cost is unknown here: Claude Code's count includes it, so the next turn's does. */
function toResult(
  { text, usage }: Extract<TranscriptEnd, { kind: "answered" }>,
  turn: TurnRow,
  { now }: SessionChange,
) {
  const durationMs = Math.max(0, Date.parse(now) - Date.parse(turn.startedAt ?? now));
  return { text, usage, durationMs, costUsd: 0, apiCalls: 1 };
}
