/** One thing of a session's history each: plain data, never changed in place. */
import type { ApprovalKind, ApprovalState, TokenUsage, TurnId, TurnStatus } from "@cc-docker/protocol";

/** What all entries have in common. */
type EntryBase = {
  /** Stays the same while the entry changes. A message's or tool call's own name: unique unless the agent lies. */
  readonly id: string;
  /** Of the event that made it: of what streams, the newest delta's; once it is whole, that of the whole. */
  readonly seq: number;
  /** When that event was stored, in milliseconds since 1970. */
  readonly atMs: number;
  readonly turnId?: TurnId;
  /** The `id` of the tool call whose subagent this is of; absent for the session's own agent. */
  readonly parentId?: string;
  /** About what it holds in memory; counts towards `maxBytes`. */
  readonly bytes: number;
};

/** A prompt, from its turn's start on; before it is one of `queued`. */
export type PromptEntry = EntryBase & {
  readonly kind: "prompt";
  readonly turnId: TurnId;
  /** Absent when the view began after the prompt was accepted. */
  readonly text?: string;
  /** Its turn's: `running`, then how that ended. */
  readonly state: TurnStatus;
};

/** What the agent says, as markdown, or thinks. `thinking` that its service keeps to itself is empty. */
export type TextEntry = EntryBase & {
  readonly kind: "text" | "thinking";
  readonly text: string;
  /** Characters left out at the end, beyond what a view keeps of one text. */
  readonly cutChars: number;
  /** `cut`: it broke off, and nothing more comes. */
  readonly state: "streaming" | "final" | "cut";
  /** When its first delta came. In a compacted log there is none: then as `atMs`. */
  readonly startedAtMs: number;
};

/**
 * `streaming`: its input comes in; `running`: also while it waits for approval; `denied`: an answer or a rule refused
 * it; `cut`: its agent or turn ended first.
 */
export type ToolStatus = "streaming" | "running" | "ok" | "error" | "denied" | "cut";

/** A part of a file before and after an edit, as Claude Code tells it: lines begin with ` `, `-`, `+` or `\`. */
export type PatchHunk = {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
};

/** What Claude Code tells of a subagent or other task that a tool call has started. */
export type ToolTask = {
  /** Else it is a command, of which nothing is counted. */
  readonly isSubagent: boolean;
  /** `running`, then Claude Code's word for its end, such as `completed`. */
  readonly status: string;
  /** What it does just now, or what it came to. */
  readonly summary: string;
  readonly toolUses: number;
  readonly tokens: number;
  readonly durationMs: number;
};

/** A call of a tool. */
export type ToolEntry = EntryBase & {
  readonly kind: "tool";
  readonly name: string;
  readonly status: ToolStatus;
  /** Complete once `status` is no longer `streaming`; empty before. Of what is too large, strings are cut. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The input's JSON as far as it has come; empty once it is complete. */
  readonly inputText: string;
  /** What the tool gave back, as text. */
  readonly output: string;
  /** Characters left out of the middle of the output. */
  readonly outputCutChars: number;
  /** The changes of an edit; absent when the tool tells none. */
  readonly patch?: readonly PatchHunk[];
  /** Of a call that started a subagent, or a command that takes long; also one that goes on in the background. */
  readonly task?: ToolTask;
  /** The `id` of the newest approval that was asked for it. */
  readonly approvalId?: string;
  /** When it could run: when the call was whole, or the approval given. */
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
};

/** A call that has given nothing back yet. */
export const NO_OUTPUT = { inputText: "", output: "", outputCutChars: 0 } as const;

/** What the agent asks; its `id` is the approval's. */
export type ApprovalEntry = EntryBase & {
  readonly kind: "approval";
  readonly approvalKind: ApprovalKind;
  readonly state: ApprovalState;
  readonly toolName: string;
  /** Whole, for an answer may hold it changed. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly title: string;
  readonly description: string;
  /** The `id` of the tool call it is for, found by name and input. */
  readonly toolEntryId?: string;
  /** What Claude Code would allow for good instead. */
  readonly suggestedRules?: readonly string[];
  readonly answeredBy?: string;
  /** What was told to the agent with the answer. */
  readonly message?: string;
  /** What the tool ran with instead, or the answers to a question. */
  readonly updatedInput?: Readonly<Record<string, unknown>>;
  /** What was allowed with it for good. */
  readonly rule?: string;
  readonly closedAtMs?: number;
};

export type ViewError = { readonly code: string; readonly message: string; readonly hint: string };

/** `status`: what the model's service answered, 0 when nothing. */
export type ModelRetry = {
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly delayMs: number;
  readonly status: number;
};

/** Something that happened around the agent. */
export type NoteEntry = EntryBase & {
  readonly kind: "note";
  /**
   * - `retry`: a call of the model failed and is tried again; `rate-limit`: the turn waits until `untilMs`.
   * - `resumed`: the agent died for `error`, and the turn goes on in a new instance.
   * - `paused` by a person; `stopped` and `failed`: the session is at rest, for `reason` or `error`.
   * - `compacted`: the agent's conversation was summarised.
   * - `cancelled`: the prompt `text` never ran, for `error`.
   */
  readonly note: "retry" | "rate-limit" | "resumed" | "paused" | "stopped" | "failed" | "compacted" | "cancelled";
  readonly text: string;
  readonly reason?: string;
  readonly error?: ViewError;
  readonly untilMs?: number;
  readonly retry?: ModelRetry;
};

/** The end of a turn. */
export type TurnEndEntry = EntryBase & {
  readonly kind: "turn-end";
  readonly status: TurnStatus;
  readonly durationMs: number;
  readonly costUsd: number;
  readonly usage: TokenUsage;
  readonly error?: ViewError;
};

/** One thing of a session's history that a person is shown. */
export type ViewEntry = PromptEntry | TextEntry | ToolEntry | ApprovalEntry | NoteEntry | TurnEndEntry;
