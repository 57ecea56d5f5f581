import type {
  AgentSessionId,
  ApprovalAnswer,
  FileOwner,
  OutboxItem,
  SessionConfig,
  ToolInput,
  TranscriptEntry,
  TurnId,
} from "@cc-docker/protocol";

/** A message of the agent, passed on as it came. */
export type AgentMessage = { type: string; [field: string]: unknown };

/** What the wrapper drives: one live process for the life of the session. */
export interface Agent {
  /**
   * Hands a prompt over; at most one is being worked on. Its answer ends with a message of type `result`.
   * `traceparent`: what the agent's own spans of it are below.
   */
  prompt(turnId: TurnId, text: string, traceparent?: string): void;
  /** Ends the work on the prompt; its `result` still comes. Harmless when there is none. */
  interrupt(): void;
  /** What it need not ask about from now on: these rules, and no longer those before. */
  allow(rules: readonly string[]): void;
  /** Has all that runs as the agent's user stand still until the next prompt, `unpark` or the end. */
  park(): void;
  unpark(): void;
  readonly isParked: boolean;
  /** Ends the input, soon asks the process to end, and kills it after `graceMs`. Resolves when it is gone. */
  close(graceMs: number): Promise<void>;
}

/** Lines that were added to a transcript. `subpath`: of a helper's, relative to the session's. */
export type TranscriptPart = { subpath?: string | undefined; entries: TranscriptEntry[] };

export type AgentExit = Pick<Extract<OutboxItem, { kind: "agent-exited" }>, "reason" | "detail">;

/** `key`: tells the questions of one agent apart. */
export type AgentQuestion = {
  key: string;
  toolName: string;
  input: ToolInput;
  title?: string | undefined;
  description?: string | undefined;
  /** What could be allowed for good instead, as the agent sees it. */
  suggestedRules?: readonly string[] | undefined;
};

export type AgentHandlers = {
  /** The process has answered its handshake. */
  onReady(): void;
  onMessage(message: AgentMessage): void;
  /** Comes soon after the messages that tell of what it holds, and before the turn's result. */
  onTranscript(part: TranscriptPart & { agentSessionId: AgentSessionId }): void;
  /** In `ask` mode: may it? It waits for the answer; `signal` withdraws the question. */
  onQuestion(question: AgentQuestion, signal: AbortSignal): Promise<ApprovalAnswer>;
  /** The process ended although nobody asked; `detail` holds the reason and the last it wrote to stderr. */
  onExit(exit: AgentExit): void;
};

export type AgentConfig = SessionConfig & {
  /** Whom it runs as; the image's own user for it when absent. */
  user?: FileOwner | undefined;
  /** How often the agent repeats a model call that failed for a passing reason. */
  modelMaxRetries: number;
  /** What it need not ask about; see `allow`. */
  allowedRules?: readonly string[] | undefined;
  /** It is to tell spans; those of an unfinished turn below `traceparent`. */
  tracing?: { traceparent?: string | undefined } | undefined;
  /** The conversation to go on with; `transcript` is all of it. With an `unfinishedTurn` the work goes on by itself. */
  resume?:
    | {
        agentSessionId: AgentSessionId;
        unfinishedTurn?: TurnId | undefined;
        /** It was to make a plan first. */
        planning?: boolean | undefined;
        transcript: TranscriptPart[];
      }
    | undefined;
};

export type StartAgent = (config: AgentConfig, handlers: AgentHandlers) => Agent;
