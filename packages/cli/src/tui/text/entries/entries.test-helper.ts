/** Entries for tests: only what a test is about has to be said. */
import type { ApprovalEntry, NoteEntry, TextEntry, ToolEntry, TurnEndEntry, ViewEntry } from "@cc-docker/client";
import type { EntrySource } from "../lines-index/entry-source.ts";

const base = { id: "e1", seq: 1, atMs: 0, bytes: 300 };
const usage = { inputTokens: 10, outputTokens: 20, cacheReadTokens: 0, cacheCreationTokens: 0 };

export function prompt(text: string, id = "p1"): ViewEntry {
  return { ...base, id, kind: "prompt", turnId: "t1" as never, text, state: "completed" };
}

export function said(text: string, changes: Partial<TextEntry> = {}): TextEntry {
  return { ...base, kind: "text", text, cutChars: 0, state: "final", startedAtMs: 0, ...changes };
}

export function tool(name: string, changes: Partial<ToolEntry> = {}): ToolEntry {
  const empty = { input: {}, inputText: "", output: "", outputCutChars: 0 };
  return { ...base, ...empty, kind: "tool", name, status: "ok", startedAtMs: 0, endedAtMs: 1200, ...changes };
}

export function approval(changes: Partial<ApprovalEntry> = {}): ApprovalEntry {
  const asked = { toolName: "Bash", input: { command: "ls" }, title: "", description: "" };
  return { ...base, ...asked, kind: "approval", approvalKind: "tool", state: "open", ...changes };
}

export function note(changes: Partial<NoteEntry> = {}): NoteEntry {
  return { ...base, kind: "note", note: "paused", text: "", ...changes };
}

export function turnEnd(changes: Partial<TurnEndEntry> = {}): TurnEndEntry {
  return { ...base, kind: "turn-end", status: "completed", durationMs: 3210, costUsd: 0.01234, usage, ...changes };
}

/** `first`: how many entries were left behind before these. */
export function source(entries: readonly ViewEntry[], first = 0): EntrySource {
  return { first, end: first + entries.length, entryAt: (position) => entries[position - first] };
}
