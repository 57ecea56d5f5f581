/** Questions of agents, as their owner finds and answers them. */
import {
  type Approval,
  type ApprovalAnswer,
  type ApprovalId,
  type ApprovalState,
  CcError,
  type SessionId,
} from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { ApprovalRow, Store } from "../../ports/store/store.ts";
import { parseCursor } from "../cursor.ts";
import type { SessionWriter } from "../sessions/session-writer.ts";
import type { OwnedSession } from "../sessions/sessions.ts";
import { answer as answerOpen, toApproval } from "./approval-moves.ts";

export type OwnedApproval = { owner: string; approvalId: ApprovalId };
export type ListApprovals = {
  owner: string;
  limit: number;
  cursor?: string;
  sessionId?: SessionId;
  state?: ApprovalState;
};

/** What a wrapper is to be told: the answer to what its agent asked under `key`. */
export type GivenAnswer = { id: ApprovalId; key: string; answer: ApprovalAnswer };

export type Approvals = {
  /** Newest first, of all the owner's sessions or of one. `nextCursor` is present when there may be more. */
  list(input: ListApprovals): Promise<{ approvals: Approval[]; nextCursor?: string }>;
  /**
   * @throws CcError APPROVAL_NOT_FOUND, also for what belongs to another owner or a deleted session, and for what was
   * withdrawn so long ago that it is not kept
   */
  get(input: OwnedApproval): Promise<Approval>;
  /**
   * The first answer is on disk when this resolves, and the only one there will be; the same once more is fine. So is
   * its `rule`, among the session's `allowedRules`.
   * @throws CcError APPROVAL_NOT_FOUND, APPROVAL_ANSWERED, APPROVAL_WITHDRAWN, ALLOWED_RULES_FULL, REQUEST_INVALID
   */
  answer(input: OwnedApproval & { answer: ApprovalAnswer }): Promise<Approval>;
  /** Answers for the agent of this instance that it may not have yet. */
  findGiven(instance: { sessionId: SessionId; generation: number }): Promise<GivenAnswer[]>;
  /** What the session's agent need not ask about. */
  findRules(sessionId: SessionId): Promise<readonly string[]>;
};

type ApprovalsDeps = {
  store: Store;
  writer: SessionWriter;
  requireSession: (input: OwnedSession) => Promise<unknown>;
};

export function createApprovals({ store, writer, requireSession }: ApprovalsDeps): Approvals {
  async function list({ cursor, ...query }: ListApprovals): Promise<{ approvals: Approval[]; nextCursor?: string }> {
    const { owner, limit, sessionId } = query;
    if (sessionId) await requireSession({ owner, sessionId });
    const before = cursor === undefined ? undefined : parseCursor(cursor);
    const rows = await store.listApprovals({ ...query, ...(before !== undefined && { before }) });
    const last = rows.at(-1);
    const more = last !== undefined && rows.length === limit;
    return { approvals: rows.map(toApproval), ...(more && { nextCursor: String(last.position) }) };
  }

  async function get({ owner, approvalId }: OwnedApproval): Promise<Approval> {
    const row = await store.findApproval(approvalId);
    const session = row && (await store.findSession(row.sessionId));
    if (!row || session?.owner !== owner || session.deleted) throw notFound(approvalId);
    return toApproval(row);
  }

  async function answer({ answer: given, ...owned }: OwnedApproval & { answer: ApprovalAnswer }): Promise<Approval> {
    const { sessionId } = await get(owned);
    const row = await writer.change(sessionId, async (change): Promise<ApprovalRow> => {
      const current = await change.tx.findApproval(owned.approvalId);
      if (!current || change.session.deleted) throw notFound(owned.approvalId);
      return answerOpen(change, current, { answer: given, by: owned.owner });
    });
    if (!row) throw notFound(owned.approvalId);
    failpoint("approval.answered");
    return toApproval(row);
  }

  async function findGiven({ sessionId, generation }: { sessionId: SessionId; generation: number }) {
    const session = await store.findSession(sessionId);
    if (!session?.runningTurn || session.generation !== generation) return [];
    const rows = await store.listTurnApprovals(session.runningTurn);
    return rows
      .filter((row) => row.generation === generation && !row.used)
      .flatMap(({ id, key, answer: given }) => (given ? [{ id, key, answer: given }] : []));
  }

  async function findRules(sessionId: SessionId): Promise<readonly string[]> {
    const session = writer.findJustCommanded(sessionId) ?? (await store.findSession(sessionId));
    return session?.allowedRules ?? [];
  }

  return { list, get, answer, findGiven, findRules };
}

function notFound(approvalId: ApprovalId): CcError {
  return new CcError("APPROVAL_NOT_FOUND", `There is no approval ${approvalId}.`);
}
