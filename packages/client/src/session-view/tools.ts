/** Calls of tools, from the whole message that makes them to their results and the ends of their tasks. */
import { at, type Event, textAt } from "@cc-docker/protocol";
import { countChars } from "./activity.ts";
import { linkWaitingApproval } from "./approvals.ts";
import { capInput, capMiddle } from "./cap.ts";
import { amend, baseOf, bytesOf, type Draft, entryOf, remember, settle } from "./draft.ts";
import type { OpenTool } from "./fold.ts";
import { amountAt, listAt, nameAt, timeOf, wordsAt } from "./read-data.ts";
import { readPatch } from "./read-patch.ts";
import { readTodos } from "./read-todos.ts";
import { closeSpan, openToolSpan, startModelAfterTools } from "./timeline.ts";
import { NO_OUTPUT, type ToolEntry, type ToolStatus, type ToolTask } from "./view-entries.ts";
import { VIEW_LIMITS } from "./view-limits.ts";

/** A whole call. */
export function settleTool(draft: Draft, event: Event, block: unknown, parentId: string | undefined): void {
  const [id, name] = [nameAt(block, "id"), nameAt(block, "name")];
  const { input, chars } = capInput(at(block, "input"));
  const base = baseOf(event, chars);
  const position = settle(draft, {
    ...{ kind: "tool", id, name, status: "running", input, ...NO_OUTPUT, ...base, startedAtMs: base.atMs },
    ...(parentId !== undefined && { parentId }),
  });
  const tool: OpenTool = { id, position, name, parentId, isRunning: true, hasTask: false };
  remember(draft, { tools: [...draft.fold.tools, tool].slice(-VIEW_LIMITS.atOnce) });
  countChars(draft, base.atMs, chars);
  openToolSpan(draft, tool, base.atMs);
  linkWaitingApproval(draft, tool, input);
}

/** What a tool gave back. `message`: the one that carries the block, with what Claude Code tells beside it. */
export function settleResult(draft: Draft, event: Event, block: unknown, message: unknown): void {
  const id = nameAt(block, "tool_use_id");
  const tool = draft.fold.tools.findLast((open) => open.id === id && open.isRunning);
  const entry = tool && entryOf(draft, tool.position, "tool");
  if (!tool) return;
  const endedAtMs = timeOf(event.at);
  if (entry) {
    const { text: output, cutChars: outputCutChars } = capMiddle(outputOf(at(block, "content")));
    const status = statusOf(entry, block, message);
    const patch = readPatch(at(message, "tool_use_result", "structuredPatch"));
    const bytes = entry.bytes + bytesOf(output.length + patch.chars);
    const changes = { status, output, outputCutChars, endedAtMs, bytes, ...(patch.hunks && { patch: patch.hunks }) };
    amend(draft, { position: tool.position, kind: "tool" }, changes);
    if (status === "ok") followTodos(draft, entry);
  }
  closeSpan(draft, { kind: "tool", entryId: id }, endedAtMs);
  changeOpen(draft, { ...tool, isRunning: false });
  if (tool.parentId === undefined) startModelAfterTools(draft, endedAtMs);
}

/** A list counts once it is written down. Each subagent keeps one of its own, which is not the session's. */
function followTodos(draft: Draft, { name, input, parentId }: ToolEntry): void {
  if (name === "TodoWrite" && parentId === undefined) draft.todos = readTodos(input) ?? draft.todos;
}

function statusOf(entry: ToolEntry, block: unknown, message: unknown): ToolStatus {
  const meta = listAt(message, "tool_result_meta").find((about) => at(about, "id") === at(block, "tool_use_id"));
  if (entry.status === "denied" || at(meta, "permission_decision", "decision") === "reject") return "denied";
  if (at(meta, "non_execution_kind") === "user-rejected") return "cut"; // by an interrupt, also while it ran
  return at(block, "is_error") === true ? "error" : "ok";
}

/** Text as it is; of what else there may be, such as an image, its type. */
function outputOf(content: unknown): string {
  if (typeof content === "string") return content;
  return (Array.isArray(content) ? content : [])
    .map((part) => (at(part, "type") === "text" ? textAt(part, "text") : `[${nameAt(part, "type")}]`))
    .join("\n");
}

/** What Claude Code tells of a task: that it started, goes on, or has ended. */
export function followTask(draft: Draft, data: unknown): void {
  const id = nameAt(data, "tool_use_id");
  const tool = draft.fold.tools.findLast((open) => open.id === id);
  if (!tool) return;
  const hasEnded = at(data, "subtype") === "task_notification";
  const known = entryOf(draft, tool.position, "tool")?.task?.isSubagent === true;
  const task: ToolTask = {
    isSubagent: known || nameAt(data, "subagent_type") !== "",
    status: hasEnded ? nameAt(data, "status") : "running",
    summary: wordsAt(data, hasEnded ? "summary" : "description"),
    toolUses: amountAt(data, "usage", "tool_uses"),
    tokens: amountAt(data, "usage", "total_tokens"),
    durationMs: amountAt(data, "usage", "duration_ms"),
  };
  amend(draft, { position: tool.position, kind: "tool" }, { task });
  changeOpen(draft, { ...tool, hasTask: !hasEnded });
}

function changeOpen(draft: Draft, changed: OpenTool): void {
  const isOver = !changed.isRunning && !changed.hasTask;
  const tools = draft.fold.tools.flatMap((tool) => {
    if (tool.position !== changed.position) return [tool];
    return isOver ? [] : [changed];
  });
  remember(draft, { tools });
}

/** The agent is gone, and with it all that ran. */
export function cutAllTools(draft: Draft, endedAtMs: number): void {
  cut(draft, draft.fold.tools, endedAtMs);
}

/** A turn has ended: what goes on in the background goes on, what it waited for has ended with it. */
export function cutToolsOfTurn(draft: Draft, endedAtMs: number): void {
  const { tools } = draft.fold;
  const background = new Set(tools.filter(({ isRunning, hasTask }) => !isRunning && hasTask).map(({ id }) => id));
  for (const { id, parentId } of tools) if (parentId !== undefined && background.has(parentId)) background.add(id);
  cut(
    draft,
    tools.filter(({ id }) => !background.has(id)),
    endedAtMs,
  );
}

function cut(draft: Draft, tools: readonly OpenTool[], endedAtMs: number): void {
  for (const { id, position, isRunning } of tools) {
    const entry = entryOf(draft, position, "tool");
    const task = entry?.task && { task: { ...entry.task, status: "cut" } };
    const status = entry?.status === "running" ? { status: "cut", endedAtMs } : {};
    amend(draft, { position, kind: "tool" }, { ...(status as Partial<ToolEntry>), ...task });
    if (isRunning) closeSpan(draft, { kind: "tool", entryId: id }, endedAtMs);
  }
  remember(draft, { tools: draft.fold.tools.filter((tool) => !tools.includes(tool)) });
}
