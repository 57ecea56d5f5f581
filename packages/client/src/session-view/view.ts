/** What a view holds: plain data, never changed in place. */
import type { ApprovalKind, ApprovalState, SessionStatus, TokenUsage, TurnId, TurnStatus } from "@cc-docker/protocol";
import type { EntryList } from "./entry-list.ts";
import type { Fold } from "./fold.ts";

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
  /** Of a call that started a subagent, also one that goes on in the background. */
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

/** A prompt that waits for its turn. */
export type QueuedPrompt = {
  readonly turnId: TurnId;
  readonly seq: number;
  readonly atMs: number;
  readonly text: string;
  /** It waits, at least at first, for a session that starts, and not for other turns. */
  readonly forStart: boolean;
};

export type TodoItem = {
  readonly content: string;
  /** `pending`, `in_progress` or `completed`; other words are the agent's own. */
  readonly status: string;
  readonly activeForm: string;
};

/** A stretch of a turn's time. Several may overlap: tools run side by side, and while the model goes on. */
export type TurnSpan = {
  /** `starting`: the instance was not ready. */
  readonly kind: "model" | "tool" | "waiting" | "starting";
  /** The tool's; of `waiting`: `queue`, `approval` or `rate limit`; else empty. */
  readonly name: string;
  /** The entry it is about, if there is one: a tool call's or an approval's. */
  readonly entryId?: string;
  /** Of a subagent's tool: the call that the subagent is of. */
  readonly parentId?: string;
  readonly startMs: number;
  /** Absent while it lasts. */
  readonly endMs?: number;
};

/** A turn, with where its time and money went. Times are those at which events were stored. */
export type TurnView = {
  readonly turnId: TurnId;
  readonly status: TurnStatus;
  /** The prompt's beginning. */
  readonly prompt: string;
  readonly queuedAtMs?: number;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  /** While it runs, what its calls of the model have told so far; then the turn's own count. */
  readonly usage: TokenUsage;
  /** 0 until its end. */
  readonly costUsd: number;
  readonly error?: ViewError;
  readonly spans: readonly TurnSpan[];
  /** Spans beyond what is kept of one turn. */
  readonly spansDropped: number;
};

/** What happened within a stretch of time, for a sparkline. Stretches without anything are left out. */
export type ActivitySample = {
  readonly startMs: number;
  readonly events: number;
  /** Characters that the agent wrote: text, thinking and tools' input. */
  readonly chars: number;
};

/** All that is to be shown of a session. Parts that an event does not touch stay the same objects. */
export type SessionView = {
  /** Undefined until an event tells it. */
  readonly status: SessionStatus | undefined;
  /** Paused for idleness and not by a person. */
  readonly parked: boolean;
  /** The newest event's number; 0 before the first. */
  readonly lastSeq: number;
  /** History that will not move any more, oldest first; read it by `sessionView.entryAt` and `sessionView.entries`. */
  readonly settled: EntryList<ViewEntry>;
  /** What streams in just now; comes after `settled`. */
  readonly live: readonly (TextEntry | ToolEntry)[];
  /** How many entries the window has left behind. Older ones are in the log, below `firstSeq`. */
  readonly dropped: number;
  /** The `seq` of the oldest entry kept; undefined without one. */
  readonly firstSeq: number | undefined;
  readonly openApprovals: readonly ApprovalEntry[];
  readonly queued: readonly QueuedPrompt[];
  readonly runningTurnId: TurnId | undefined;
  /** Set while the model's service makes the turn wait. */
  readonly waitingUntilMs: number | undefined;
  /** The newest turns, oldest first; the running one is the last. */
  readonly turns: readonly TurnView[];
  /** As the agent last wrote it down. */
  readonly todos: readonly TodoItem[];
  /** Sum over the turns seen, with what the running one has told. */
  readonly usage: TokenUsage;
  /** Sum over the turns seen that have ended. */
  readonly costUsd: number;
  /** Tokens of the newest call's prompt: how full the model's context is. */
  readonly contextTokens: number;
  /** As Claude Code names it; empty until it does. */
  readonly model: string;
  /** Claude Code's own mode, such as `plan`; empty until it tells. */
  readonly permissionMode: string;
  readonly activity: readonly ActivitySample[];
  readonly options: Required<ViewOptions>;
  /** What the reducer remembers for itself. */
  readonly fold: Fold;
};

export type ViewOptions = {
  /** Entries kept; the oldest go first. 20,000 when absent. */
  maxEntries?: number;
  /** About the memory that entries may hold, in bytes; the newest entry is kept however large. 64 MiB when absent. */
  maxBytes?: number;
  /** The width of an activity sample. 5,000 when absent. */
  activityMs?: number;
};
