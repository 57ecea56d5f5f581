/** What the reducer remembers between events, beside what is shown. */
import type { TokenUsage } from "@cc-docker/protocol";

/** A tool call of `settled` that more is to come of: its result, or the end of its task. */
export type OpenTool = {
  readonly id: string;
  /** Counted from the first entry there ever was, so that dropping old ones moves nothing. */
  readonly position: number;
  readonly name: string;
  readonly parentId: string | undefined;
  readonly isRunning: boolean;
  readonly hasTask: boolean;
};

export type OpenApproval = { readonly id: string; readonly position: number };

/** A message that the agent is in the midst of, or was last: one of the session's agent and one of each subagent. */
export type CurrentMessage = {
  readonly id: string;
  readonly parentId: string | undefined;
  /** Blocks of it that are entries in `settled`. */
  readonly settledBlocks: number;
  readonly isCounted: boolean;
};

export type LiveStream = {
  readonly parentId: string | undefined;
  readonly index: number;
  /** Another message has begun since: nothing more comes of this one. */
  readonly isBroken: boolean;
};

export type Fold = {
  readonly tools: readonly OpenTool[];
  readonly approvals: readonly OpenApproval[];
  readonly messages: readonly CurrentMessage[];
  /** Of `live`, in the same order: which block of which message's stream it is. */
  readonly streams: readonly LiveStream[];
  /** Where the running turn's prompt is. */
  readonly promptPosition: number | undefined;
  /** The sum of `bytes` of `settled`. */
  readonly bytes: number;
  /** Tokens of the turns that have ended. */
  readonly endedUsage: TokenUsage;
  /** Tokens of the running turn, as whole messages tell them. */
  readonly toldUsage: TokenUsage;
  /** Output of the running turn that only the stream has told. */
  readonly streamedTokens: number;
};
