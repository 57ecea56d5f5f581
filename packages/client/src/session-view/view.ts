/** What a view holds: plain data, never changed in place. */
import type { SessionStatus, TokenUsage, TurnId } from "@cc-docker/protocol";
import type { EntryList } from "./entry-list.ts";
import type { Fold } from "./fold.ts";
import type { ActivitySample, TurnView } from "./turn-view.ts";
import type { ApprovalEntry, TextEntry, ToolEntry, ViewEntry } from "./view-entries.ts";

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
