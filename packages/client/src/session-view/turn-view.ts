/** Where a session's time and money went: plain data, never changed in place. */
import type { TokenUsage, TurnId, TurnStatus } from "@cc-docker/protocol";
import type { ViewError } from "./view-entries.ts";

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
