/**
 * The gateway's calls as their callers see them. Written out, so that a program needs the types of no server;
 * `tests/types/router.test-d.ts` compares every call with the router's own inputs and outputs.
 */
import type {
  Approval,
  ApprovalAnswer,
  ApprovalState,
  AuditEntry,
  Event,
  Session,
  SessionConfig,
  SessionStats,
  SessionStatus,
  Turn,
  Workspace,
} from "@cc-docker/protocol";

export type CallOptions = {
  /** The call rejects with the signal's reason. What the gateway has begun by then may still happen. */
  signal?: AbortSignal;
};

/** An input that may be left out is one that may be `undefined`: `system.health.query()`. */
type Call<Input, Output> = undefined extends Input
  ? (input?: Input, options?: CallOptions) => Promise<Output>
  : (input: Input, options?: CallOptions) => Promise<Output>;

/** Changes nothing; queries made in the same tick share a request. */
export type Query<Input, Output> = { query: Call<Input, Output> };
/** Changes something. */
export type Mutation<Input, Output> = { mutate: Call<Input, Output> };

export type OneSession = { sessionId: string };
export type OneTurn = { sessionId: string; turnId: string };
export type OneApproval = { approvalId: string };

/** 1 to 200 characters: the same key is the same session or turn, however often it is sent. */
type IdempotencyKey = string;

export type CreateSession = {
  /** The operator's defaults where absent. */
  config?: SessionConfig | undefined;
  /** What a person calls it: 1 to 100 printable characters. */
  name?: string | undefined;
  /** Files of its own when absent; of a `host` directory the path is resolved, and must be where the operator allows. */
  workspace?: Workspace | undefined;
  /** Made for this call when absent. */
  idempotencyKey?: IdempotencyKey | undefined;
};

export type ForkSession = {
  /** The session whose files and conversation the new one gets; a directory of the host they share. */
  sessionId: string;
  /** Its conversation is taken up to the end of this turn; all of it when absent. */
  turnId?: string | undefined;
  /** What is to be otherwise than with the parent. */
  config?: SessionConfig | undefined;
  name?: string | undefined;
  /** Made for this call when absent. */
  idempotencyKey?: IdempotencyKey | undefined;
};

export type UpdateSession = {
  sessionId: string;
  /** With `null` it has none; it stays as it is when absent. */
  name?: string | null | undefined;
  /** Which of its rules stay in force: the others are withdrawn. All do when absent. */
  allowedRules?: string[] | undefined;
};

export type ListSessions = {
  /** 1 to 200; 50 when absent. */
  limit?: number | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
  /** How many to leave out, for who pages by numbers; then the answer has the `total`. Goes without a cursor. */
  offset?: number | undefined;
  status?: SessionStatus | undefined;
  /** Only those that work in this directory of the gateway's machine, by its real path. */
  workspacePath?: string | undefined;
};

/** `nextCursor` is there while there may be more. */
export type SessionPage = { sessions: Session[]; nextCursor?: string; total?: number };

export type PromptInput = {
  sessionId: string;
  prompt: string;
  /** Made for this call when absent. */
  idempotencyKey?: IdempotencyKey | undefined;
  /** Of this turn alone, instead of its session's `requestTimeout`. */
  timeoutSeconds?: SessionConfig["requestTimeout"];
};

export type InterruptTurn = {
  sessionId: string;
  /** The running one when absent. */
  turnId?: string | undefined;
};

export type ListApprovals = {
  /** 1 to 200; 50 when absent. */
  limit?: number | undefined;
  cursor?: string | undefined;
  sessionId?: string | undefined;
  /** `open` is what waits for an answer; all that was ever asked when absent. */
  state?: ApprovalState | undefined;
};

export type AnswerApproval = {
  approvalId: string;
  decision: ApprovalAnswer["decision"];
  /** What the tool runs with instead of what was asked for, or the answers to a question. Goes with `allow` only. */
  updatedInput?: ApprovalAnswer["updatedInput"];
  /** The agent is told so when the answer is `deny`; beside `allow` it is kept for people. */
  message?: ApprovalAnswer["message"];
  /** What is not to be asked again in the session: the tool, or some uses of it. With `allow` of a `tool` only. */
  rule?: ApprovalAnswer["rule"];
};

export type ApprovalPage = { approvals: Approval[]; nextCursor?: string };

export type ListEvents = {
  sessionId: string;
  /** The page begins behind the event of this `seq`; with the first when absent. */
  after?: number | undefined;
  /** 1 to 1000; 200 when absent. */
  limit?: number | undefined;
};

export type ListAudit = {
  /** 1 to 200; 50 when absent. */
  limit?: number | undefined;
  cursor?: string | undefined;
  /** Done to it, or it was made by it. */
  sessionId?: string | undefined;
  /** A call by its path, such as `sessions.stop`. */
  action?: string | undefined;
  /** ISO 8601, UTC: nothing older. */
  since?: string | undefined;
};

/** May be short, or empty, and have a `nextCursor` all the same: the search goes on from there. */
export type AuditPage = { entries: AuditEntry[]; nextCursor?: string };

type Health = "healthy" | "unhealthy";
export type HealthReport = { status: Health; version: string; components: { database: Health; docker: Health } };

/** What counts against a limit; without a `max` there is none. */
export type Limit = { used: number; max?: number };
export type Limits = Record<"liveSessions" | "storedSessions" | "openTurns" | "costUsdToday" | "tokensToday", Limit>;

export type SessionCalls = {
  /** A new session; answers while its container starts. */
  create: Mutation<CreateSession, Session>;
  /** A session with the files of another, or in the same directory of the host, and its conversation up to a turn; the other one goes on untouched. */
  fork: Mutation<ForkSession, Session>;
  get: Query<OneSession, Session>;
  /** What its container uses just now: CPU, memory, bytes over its link. */
  stats: Query<OneSession, SessionStats>;
  /** Your sessions, newest first. */
  list: Query<ListSessions, SessionPage>;
  /** Gives it another name. */
  update: Mutation<UpdateSession, Session>;
  /** Has it stand still, also in the midst of a turn; prompts are accepted and wait. */
  pause: Mutation<OneSession, Session>;
  /** Has a paused one go on; wakes one at rest. */
  resume: Mutation<OneSession, Session>;
  /** Ends the container; log, files and conversation stay, and a prompt wakes it. */
  stop: Mutation<OneSession, Session>;
  /** Removes container, files and log. */
  delete: Mutation<OneSession, void>;
};

export type ChatCalls = {
  /** Resolves when the prompt is accepted and on disk. */
  send: Mutation<PromptInput, Turn>;
  /** Resolves when the prompt's turn has ended, however it ended: see its `status`. */
  ask: Mutation<PromptInput, Turn>;
  /** Ends a turn early. What it did stays, and the session goes on. */
  interrupt: Mutation<InterruptTurn, Turn>;
  get: Query<OneTurn, Turn>;
};

export type ApprovalCalls = {
  /** What the agents of your sessions ask, newest first. */
  list: Query<ListApprovals | undefined, ApprovalPage>;
  get: Query<OneApproval, Approval>;
  /** Of answers that race one holds; the same answer may be given again. */
  answer: Mutation<AnswerApproval, Approval>;
};

export type EventCalls = {
  /** A page of a session's log. To go on as it grows there is `followEvents`. */
  list: Query<ListEvents, { events: Event[] }>;
};

export type AuditCalls = {
  /** What was done in your name, or refused, newest first. */
  list: Query<ListAudit | undefined, AuditPage>;
};

export type SystemCalls = {
  /** Whether database and engine answer. Needs no token. */
  health: Query<void, HealthReport>;
  /** What you may have, do and spend, and how much of it is used. */
  limits: Query<void, Limits>;
};
