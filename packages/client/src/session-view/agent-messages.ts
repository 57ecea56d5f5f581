/** Messages of Claude Code. Types it may have one day are left out, and nothing is taken to be there. */
import { at, type Event, textAt } from "@cc-docker/protocol";
import { countChars } from "./activity.ts";
import { capText } from "./cap.ts";
import { baseOf, type Draft, settle } from "./draft.ts";
import { blockId, changeMessage, parentOf, requireMessage, settleBroken, takeLive } from "./live.ts";
import { amountAt, listAt, nameAt, timeOf, wordsAt } from "./read-data.ts";
import { extendModel } from "./timeline.ts";
import { followTask, settleResult, settleTool } from "./tools.ts";
import { countMessage } from "./usage.ts";

/** A whole message, or a block of one: Claude Code tells each block as soon as it is whole. */
export function applyAssistant(draft: Draft, event: Event): void {
  const { data } = event;
  // A model's failure is worded as if the agent had said it; the end of the turn says the same as an error.
  if (typeof at(data, "error") === "string") return;
  const parentId = parentOf(data);
  const message = requireMessage(draft, nameAt(data, "message", "id"), parentId);
  settleBroken(draft, event, parentId);
  const isOfSession = parentId === undefined;
  if (!message.isCounted && isOfSession) countMessage(draft, at(data, "message"));
  let { settledBlocks } = message;
  for (const block of listAt(data, "message", "content")) {
    applyBlock(draft, event, block, { parentId, id: blockId(message.id, settledBlocks) });
    settledBlocks += 1;
  }
  changeMessage(draft, { ...message, isCounted: true, settledBlocks });
  if (isOfSession) extendModel(draft, timeOf(event.at));
}

type Place = { parentId: string | undefined; id: string };

function applyBlock(draft: Draft, event: Event, block: unknown, { parentId, id }: Place): void {
  const type = nameAt(block, "type");
  if (type === "text") return settleText(draft, event, textAt(block, "text"), { kind: "text", parentId, id });
  if (type.endsWith("thinking"))
    return settleText(draft, event, textAt(block, "thinking"), { kind: "thinking", parentId, id });
  if (type.endsWith("tool_result")) return settleResult(draft, event, block, event.data);
  if (!type.endsWith("tool_use")) return;
  takeLive(draft, { kind: "tool", id: nameAt(block, "id"), parentId });
  settleTool(draft, event, block, parentId);
}

function settleText(
  draft: Draft,
  event: Event,
  whole: string,
  { kind, parentId, id }: Place & { kind: "text" | "thinking" },
): void {
  const live = takeLive(draft, { kind, parentId });
  const { text, cutChars } = capText(whole);
  const streamed = live && live.kind !== "tool" ? live : undefined;
  const base = baseOf(event, text.length);
  countChars(draft, base.atMs, whole.length - (streamed ? streamed.text.length + streamed.cutChars : 0));
  if (whole === "" && kind === "text") return;
  settle(draft, {
    ...{ kind, id, text, cutChars, state: "final", ...base, startedAtMs: streamed?.startedAtMs ?? base.atMs },
    ...(parentId !== undefined && { parentId }),
  });
}

/** What it carries for people are the results of tools; its texts are Claude Code's own words to the model. */
export function applyUser(draft: Draft, event: Event): void {
  for (const block of listAt(event.data, "message", "content"))
    if (nameAt(block, "type").endsWith("tool_result")) settleResult(draft, event, block, event.data);
}

export function applySystem(draft: Draft, event: Event): void {
  const { data } = event;
  switch (at(data, "subtype")) {
    case "init":
    case "status":
      draft.model = nameAt(data, "model") || draft.model;
      draft.permissionMode = nameAt(data, "permissionMode") || draft.permissionMode;
      return;
    case "api_retry":
      return settleRetry(draft, event);
    case "compact_boundary":
      settle(draft, { kind: "note", id: `note:${event.seq}`, note: "compacted", text: "", ...baseOf(event, 0) });
      return;
    case "task_started":
    case "task_progress":
    case "task_notification":
      followTask(draft, data);
  }
}

function settleRetry(draft: Draft, event: Event): void {
  const { data } = event;
  const text = wordsAt(data, "error");
  const retry = {
    attempt: amountAt(data, "attempt"),
    maxAttempts: amountAt(data, "max_retries"),
    delayMs: amountAt(data, "retry_delay_ms"),
    status: amountAt(data, "error_status"),
  };
  settle(draft, { kind: "note", id: `note:${event.seq}`, note: "retry", text, retry, ...baseOf(event, text.length) });
}
