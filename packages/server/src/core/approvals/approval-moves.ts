/** What happens to the agent's questions, as steps of a change of their session. */
import {
  type Approval,
  type ApprovalAnswer,
  ApprovalId,
  type ApprovalKind,
  CcError,
  type OutboxItem,
} from "@cc-docker/protocol";
import { z } from "zod";
import { failpoint } from "../../lib/failpoint.ts";
import { fingerprint } from "../../lib/fingerprint.ts";
import type { ApprovalRow } from "../../ports/store/store.ts";
import type { SessionChange } from "../sessions/session-draft.ts";
import { addRule, checkRule } from "./allowed-rules.ts";

type Asked = Extract<OutboxItem, { kind: "approval" }>;

/**
 * The agent asks. An agent that went on with a turn asks again for what the one before it waited for, under another
 * key: that is the same question, and an answer to it is an answer.
 */
export async function request(change: SessionChange, asked: Asked, newId: () => string): Promise<void> {
  const { id: sessionId, runningTurn, generation, config } = change.session;
  if (asked.turnId !== runningTurn || config.permissionMode !== "ask") return;
  const earlier = await change.tx.listTurnApprovals(runningTurn);
  if (earlier.some((row) => row.generation === generation && row.key === asked.key)) return;
  const same = earlier.find((row) => isSame(row, asked, generation));
  if (same) return askAgain(change, same, asked.key);
  const { key, toolName, input, title, description, suggestedRules } = asked;
  const words = {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(suggestedRules && { suggestedRules }),
  };
  const row: Omit<ApprovalRow, "position"> = {
    id: ApprovalId.parse(newId()),
    ...{ sessionId, turnId: runningTurn, generation, key, kind: kindOf(toolName), state: "open", used: false },
    ...{ toolName, input, ...words, createdAt: change.now },
  };
  await change.tx.insertApproval(row);
  change.patch({ openApprovals: change.session.openApprovals + 1 });
  change.append("approval.requested", { approval: toApproval(row) }, runningTurn);
  failpoint("approval.drafted");
}

function isSame(row: ApprovalRow, { key, toolName, input }: Asked, generation: number): boolean {
  if (row.generation === generation || row.used || row.state === "withdrawn") return false;
  return row.key === key || (row.toolName === toolName && fingerprint(row.input) === fingerprint(input));
}

async function askAgain(change: SessionChange, { id, state }: ApprovalRow, key: string): Promise<void> {
  const { generation, openApprovals } = change.session;
  await change.tx.updateApproval(id, { key, generation });
  if (state === "open") change.patch({ openApprovals: openApprovals + 1 });
  else change.ring();
}

const KINDS: Record<string, ApprovalKind> = { AskUserQuestion: "question", ExitPlanMode: "plan" };

function kindOf(toolName: string): ApprovalKind {
  return Object.hasOwn(KINDS, toolName) ? (KINDS[toolName] ?? "tool") : "tool";
}

/** @throws CcError APPROVAL_ANSWERED, APPROVAL_WITHDRAWN, ALLOWED_RULES_FULL, REQUEST_INVALID */
export async function answer(
  change: SessionChange,
  row: ApprovalRow,
  { answer: given, by }: { answer: ApprovalAnswer; by: string },
): Promise<ApprovalRow> {
  checkRule(row, given);
  const complete = completeAnswer(row, given);
  if (row.state !== "open") return requireSameAnswer(row, complete);
  const state = complete.decision === "allow" ? "allowed" : "denied";
  const closed = { state, answer: complete, answeredBy: by, closedAt: change.now } as const;
  await change.tx.updateApproval(row.id, closed);
  if (complete.rule !== undefined) addRule(change, complete.rule);
  const { generation, openApprovals } = change.session;
  if (row.generation === generation) change.patch({ openApprovals: openApprovals - 1 });
  const { id: approvalId } = row;
  change.append("approval.answered", { approvalId, state, answer: complete, answeredBy: by }, row.turnId);
  change.ring();
  return { ...row, ...closed };
}

const QuestionAnswer = z.looseObject({ answers: z.record(z.string(), z.unknown()) });

/** A question is answered by its answers alone: Claude Code wants its own questions back with them. */
function completeAnswer({ kind, input }: ApprovalRow, given: ApprovalAnswer): ApprovalAnswer {
  if (kind !== "question" || given.decision !== "allow") return given;
  const { data } = QuestionAnswer.safeParse(given.updatedInput);
  if (!data) {
    const message = 'A question is answered with updatedInput: { answers: { "the question": "the label chosen" } }.';
    throw new CcError("REQUEST_INVALID", message);
  }
  return { ...given, updatedInput: { ...input, ...data } };
}

/** Who gives the same answer once more, as after a lost connection, has given it. */
function requireSameAnswer(row: ApprovalRow, given: ApprovalAnswer): ApprovalRow {
  if (!row.answer)
    throw new CcError(
      "APPROVAL_WITHDRAWN",
      `Approval ${row.id} was withdrawn at ${row.closedAt}: nobody waits for it.`,
    );
  if (fingerprint(row.answer) === fingerprint(given)) return row;
  const { decision, message } = row.answer;
  const words = message === undefined ? "" : `: ${message}`;
  throw new CcError(
    "APPROVAL_ANSWERED",
    `Approval ${row.id} was answered with "${decision}"${words.slice(0, 500)} at ${row.closedAt}.`,
  );
}

/**
 * An agent is about to start. What was asked under its own instance's generation was asked by one that is gone: a
 * container that ends while its session starts is replaced by one of the same generation.
 */
export async function disownAll(change: SessionChange): Promise<void> {
  const { runningTurn, generation, config } = change.session;
  if (!runningTurn || config.permissionMode !== "ask") return;
  const asked = (await change.tx.listTurnApprovals(runningTurn)).filter((row) => row.generation === generation);
  for (const { id } of asked) await change.tx.updateApproval(id, { generation: generation - 1 });
  change.patch({ openApprovals: 0 });
}

/** The agent waits for the answer no longer. */
export async function withdraw(change: SessionChange, key: string): Promise<void> {
  const { runningTurn, generation } = change.session;
  const rows = runningTurn ? await change.tx.listTurnApprovals(runningTurn) : [];
  await close(
    change,
    rows.filter((row) => row.key === key && row.generation === generation),
  );
}

/** The running turn ends, or is to end: nobody needs to answer what it asked. */
export async function withdrawAll(change: SessionChange): Promise<void> {
  const { runningTurn, config } = change.session;
  if (!runningTurn || config.permissionMode !== "ask") return;
  await close(change, await change.tx.listTurnApprovals(runningTurn));
  change.patch({ openApprovals: 0 });
}

/** Of a session. An agent may ask and let go without end; an answer took a person, and is history. */
const MAX_WITHDRAWN = 100;

async function close(change: SessionChange, rows: readonly ApprovalRow[]): Promise<void> {
  const open = rows.filter(({ state }) => state === "open");
  for (const { id, turnId } of open) {
    await change.tx.updateApproval(id, { state: "withdrawn", closedAt: change.now });
    change.patch({ openApprovals: Math.max(0, change.session.openApprovals - 1) });
    change.append("approval.withdrawn", { approvalId: id }, turnId);
  }
  if (open.length > 0) await change.tx.trimWithdrawnApprovals(change.session.id, MAX_WITHDRAWN);
}

const ToolResults = z.object({
  message: z.object({
    content: z.array(z.looseObject({ type: z.string(), tool_use_id: z.string().optional() })),
  }),
});

/** The agent tells what its tools came to: who asks for the same again asks for one more. */
export async function settleUsed(change: SessionChange, message: { type: string }): Promise<void> {
  const { runningTurn, generation, config } = change.session;
  if (message.type !== "user" || !runningTurn || config.permissionMode !== "ask") return;
  const { data } = ToolResults.safeParse(message);
  const keys = new Set(data?.message.content.map((block) => block.tool_use_id));
  const rows = keys.size === 0 ? [] : await change.tx.listTurnApprovals(runningTurn);
  for (const row of rows)
    if (row.generation === generation && keys.has(row.key)) await change.tx.updateApproval(row.id, { used: true });
}

export function toApproval(row: Omit<ApprovalRow, "position"> & { position?: number }): Approval {
  const { generation: _generation, key: _key, used: _used, position: _position, ...approval } = row;
  return approval;
}
