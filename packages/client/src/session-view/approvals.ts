/** What the agent asks, and what comes of it. */
import { type ApprovalKind, at, type Event, isRecord } from "@cc-docker/protocol";
import { capInput } from "./cap.ts";
import { amend, baseOf, type Draft, entryOf, remember, settle } from "./draft.ts";
import type { OpenTool } from "./fold.ts";
import { listAt, nameAt, timeOf, wordsAt } from "./read-data.ts";
import { closeSpan, openSpan, openToolSpan, startModelAfterTools, withdrawToolSpan } from "./timeline.ts";
import type { ApprovalEntry } from "./view-entries.ts";
import { VIEW_LIMITS } from "./view-limits.ts";

export function requestApproval(draft: Draft, event: Event): void {
  const asked = at(event.data, "approval");
  const [id, toolName] = [nameAt(asked, "id"), nameAt(asked, "toolName")];
  const { input, chars } = capInput(at(asked, "input"));
  const suggestedRules = listAt(asked, "suggestedRules").flatMap((rule) => (typeof rule === "string" ? [rule] : []));
  const tool = findToolOf(draft, toolName, input);
  const base = baseOf(event, chars);
  const entry: ApprovalEntry = {
    ...{ kind: "approval", id, ...base, approvalKind: kindOf(at(asked, "kind")), state: "open", toolName, input },
    ...{ title: wordsAt(asked, "title"), description: wordsAt(asked, "description") },
    ...(suggestedRules.length > 0 && { suggestedRules }),
    ...(tool && { toolEntryId: tool.id }),
    ...(tool?.parentId !== undefined && { parentId: tool.parentId }),
  };
  const position = settle(draft, entry);
  remember(draft, { approvals: [...draft.fold.approvals, { id, position }].slice(-VIEW_LIMITS.atOnce) });
  draft.openApprovals = [...draft.openApprovals, entry].slice(-VIEW_LIMITS.atOnce);
  if (tool) waitForApproval(draft, tool, id);
  openSpan(draft, { kind: "waiting", name: "approval", entryId: id, startMs: base.atMs });
}

function kindOf(kind: unknown): ApprovalKind {
  return kind === "question" || kind === "plan" ? kind : "tool";
}

function waitForApproval(draft: Draft, { id, position }: OpenTool, approvalId: string): void {
  amend(draft, { position, kind: "tool" }, { approvalId });
  withdrawToolSpan(draft, id);
}

/** The log does not say for which call it is: the oldest one with this input, or of this name, that nothing asks for. */
function findToolOf(draft: Draft, name: string, input: unknown): OpenTool | undefined {
  const candidates = draft.fold.tools.filter(
    (tool) => tool.name === name && tool.isRunning && entryOf(draft, tool.position, "tool")?.approvalId === undefined,
  );
  const wanted = JSON.stringify(input);
  const isSame = ({ position }: OpenTool) => JSON.stringify(entryOf(draft, position, "tool")?.input) === wanted;
  return candidates.find(isSame) ?? candidates[0];
}

/** An agent that goes on after a crash calls its tool anew, and the question that is open still is for that call. */
export function linkWaitingApproval(draft: Draft, tool: OpenTool, input: unknown): void {
  const waiting = draft.fold.approvals.find(({ position }) => {
    const approval = entryOf(draft, position, "approval");
    const isOrphan = !draft.fold.tools.some(({ id, isRunning }) => isRunning && id === approval?.toolEntryId);
    return isOrphan && approval?.toolName === tool.name && JSON.stringify(approval.input) === JSON.stringify(input);
  });
  if (!waiting) return;
  changeApproval(draft, waiting.id, { toolEntryId: tool.id });
  waitForApproval(draft, tool, waiting.id);
}

export function answerApproval(draft: Draft, event: Event): void {
  const { data } = event;
  const [answer, closedAtMs] = [at(data, "answer"), timeOf(event.at)];
  const state = at(data, "state") === "allowed" ? "allowed" : "denied";
  const [updatedInput, rule] = [at(answer, "updatedInput"), wordsAt(answer, "rule")];
  const closed = closeApproval(draft, nameAt(data, "approvalId"), {
    ...{ state, closedAtMs, answeredBy: nameAt(data, "answeredBy"), message: wordsAt(answer, "message") },
    ...(rule !== "" && { rule }),
    ...(isRecord(updatedInput) && { updatedInput: capInput(updatedInput).input }),
  });
  const tool = draft.fold.tools.find(({ id, isRunning }) => isRunning && id === closed?.toolEntryId);
  if (!tool) return;
  if (state === "denied") amend(draft, { position: tool.position, kind: "tool" }, { status: "denied" });
  else startTool(draft, tool, closedAtMs);
  for (const behind of toolsBehind(draft, tool)) startTool(draft, behind, closedAtMs);
}

/** What it had to wait for is no time of its own. */
function startTool(draft: Draft, tool: OpenTool, startMs: number): void {
  amend(draft, { position: tool.position, kind: "tool" }, { startedAtMs: startMs });
  withdrawToolSpan(draft, tool.id);
  openToolSpan(draft, tool, startMs);
}

/** Calls are made one after the other: those that come after one that is asked about wait with it. */
function toolsBehind(draft: Draft, { position, parentId }: OpenTool): OpenTool[] {
  const asked = draft.fold.approvals.map((open) => entryOf(draft, open.position, "approval")?.toolEntryId);
  return draft.fold.tools.filter(
    (tool) => tool.isRunning && tool.parentId === parentId && tool.position > position && !asked.includes(tool.id),
  );
}

export function withdrawApproval(draft: Draft, event: Event): void {
  const closedAtMs = timeOf(event.at);
  closeApproval(draft, nameAt(event.data, "approvalId"), { state: "withdrawn", closedAtMs });
  startModelAfterTools(draft, closedAtMs);
}

function closeApproval(
  draft: Draft,
  id: string,
  changes: Partial<ApprovalEntry> & { closedAtMs: number },
): ApprovalEntry | undefined {
  const closed = changeApproval(draft, id, changes);
  remember(draft, { approvals: draft.fold.approvals.filter((open) => open.id !== id) });
  draft.openApprovals = draft.openApprovals.filter((open) => open.id !== id);
  closeSpan(draft, { kind: "waiting", entryId: id }, changes.closedAtMs);
  return closed;
}

function changeApproval(draft: Draft, id: string, changes: Partial<ApprovalEntry>): ApprovalEntry | undefined {
  const open = draft.fold.approvals.find((approval) => approval.id === id);
  if (!open) return undefined;
  amend(draft, { position: open.position, kind: "approval" }, changes);
  const changed = draft.openApprovals.find((approval) => approval.id === id);
  if (!changed) return undefined;
  const entry = { ...changed, ...changes };
  draft.openApprovals = draft.openApprovals.map((approval) => (approval === changed ? entry : approval));
  return entry;
}
