/** What callers know: the sessions they made, the prompts they sent, and what they were answered. */
import type { ApprovalAnswer, ApprovalId, SessionId, TurnId } from "@cc-docker/protocol";

export type SentPrompt = {
  key: string;
  sessionId: SessionId;
  text: string;
  /** Each turn that an answer to this key has named. */
  answers: Set<TurnId>;
};

export type Ledger = {
  sessions: Set<SessionId>;
  /** By the key of a call that was to make a session: each that an answer has named. */
  made: Map<string, Set<SessionId>>;
  /** Somebody has asked for their deletion. */
  deleted: Set<SessionId>;
  prompts: SentPrompt[];
  /** What was taken as the answer to a question. */
  answers: Map<ApprovalId, Set<ApprovalAnswer["decision"]>>;
  /** Calls that are under way. */
  open: Map<string, number>;
};

export function createLedger(): Ledger {
  return { sessions: new Set(), made: new Map(), deleted: new Set(), prompts: [], answers: new Map(), open: new Map() };
}
