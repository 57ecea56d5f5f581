/**
 * What core needs of a database. Rows in, rows out; the rules are in core.
 *
 * All writing happens in `write`: the work runs in a transaction that may be shared with other works (group commit),
 * sees what earlier works wrote, and the promise resolves only after the transaction is durable. A work that throws
 * is undone alone. Works must not wait for anything but the `tx` they are given.
 */
import type {
  AgentSessionId,
  ApprovalAnswer,
  ApprovalId,
  ApprovalKind,
  ApprovalState,
  ErrorShape,
  FileOwner,
  SessionConfig,
  SessionId,
  SessionStatus,
  ToolInput,
  TurnId,
  TurnResult,
  TurnStatus,
  TurnTotals,
} from "@cc-docker/protocol";

export type SessionRow = {
  id: SessionId;
  /** `sub` of the token that created it. */
  owner: string;
  status: SessionStatus;
  /** Of a `paused` session: for idleness, not by a person. */
  parked?: true | undefined;
  /** What a person calls it. */
  name?: string | undefined;
  /** The host's directory that it works in, by its real path, and whose that was when it was made. */
  workspace?: (FileOwner & { path: string }) | undefined;
  config: SessionConfig;
  /** What its agent need not ask about, by its owner's answers. */
  allowedRules?: readonly string[] | undefined;
  lastSeq: number;
  /** Counts the instances the session has had; the first is 1. */
  generation: number;
  /** Claude Code's own id of the conversation, once there is something of it to go on from. */
  agentSessionId?: AgentSessionId;
  /** What Claude Code last said the whole conversation has cost, in US dollars. */
  agentCostUsd: number;
  /** Crashes that the running turn has lived through. */
  crashes: number;
  /** Newest outbox number stored. */
  outboxAcked: number;
  /** The turn its agent works on. */
  runningTurn?: TurnId | undefined;
  /** What the running turn may take, in seconds, where its caller said so. */
  turnTimeout?: number | undefined;
  /** Questions that its agent waits for. */
  openApprovals: number;
  turnCount: number;
  costUsd: number;
  /** Absent until a turn has come to a result. */
  totals?: TurnTotals;
  /** ISO 8601, UTC. */
  createdAt: string;
  updatedAt: string;
  error?: ErrorShape | undefined;
  /** The gateway that looks after the session, until another takes it. */
  leaseHolder?: string;
  /** Counts the changes of its holder: what an earlier holder believes is told from what holds by this number. */
  leaseFence: number;
  /** The session it is a fork of, and the newest turn of that one it knows of. Either may be gone. */
  forkedFrom?: { sessionId: SessionId; turnId?: TurnId } | undefined;
  /** The session whose files it is still to get, and its part of whose transcript, before its first instance. */
  filesFrom?: SessionId | undefined;
  /** That part: what is between these positions is still to be copied. Goes with `filesFrom`; absent without a part. */
  transcriptSpan?: { after: number; before: number } | undefined;
  /** Set when the session is to vanish; nobody sees it any more, what it owns is being removed. */
  deleted: boolean;
  /** Place in the order of creation; the cursor of `listSessions`. */
  position: number;
};

/** What an owner asked for under a key, and the session that it got, which may be gone. `request`: its fingerprint. */
export type SessionKeyRow = { owner: string; key: string; sessionId: SessionId; request: string };

export type TurnRow = {
  id: TurnId;
  sessionId: SessionId;
  status: TurnStatus;
  prompt: string;
  idempotencyKey: string;
  /** What it may take, in seconds, where its caller said so. */
  timeout?: number | undefined;
  createdAt: string;
  startedAt?: string;
  endedAt?: string;
  result?: TurnResult;
  error?: ErrorShape;
  /** Why the turn is to end early, once that is wanted. */
  interrupt?: InterruptReason | undefined;
  /** Its place in a trace, and that of the call it came with: W3C traceparents. Absent where nobody wants traces. */
  trace?: TurnTrace | undefined;
};

export type TurnTrace = { own: string; parent?: string | undefined };

/** What an owner's turns have used on a day, as `2000-01-31`, in UTC. */
export type DayUsageRow = { owner: string; day: string; costUsd: number; tokens: number };

/** A gateway that lives. It raises its `beat` while it does; others take it off the list when it no longer does. */
export type GatewayRow = { id: string; beat: number };

export type InterruptReason = "requested" | "request_timeout" | "hang";

export type ApprovalRow = {
  id: ApprovalId;
  sessionId: SessionId;
  turnId: TurnId;
  /** The instance whose agent asked it last, and its name for it there. */
  generation: number;
  key: string;
  kind: ApprovalKind;
  state: ApprovalState;
  /** What was asked for has come to its end, one way or the other: the agent has told so. */
  used: boolean;
  toolName: string;
  input: ToolInput;
  title?: string;
  description?: string;
  /** What the agent would have had allowed for good instead. */
  suggestedRules?: string[];
  answer?: ApprovalAnswer;
  answeredBy?: string;
  createdAt: string;
  closedAt?: string;
  /** Place in the order of creation; the cursor of `listApprovals`. */
  position: number;
};

export type ListApprovals = {
  owner: string;
  limit: number;
  sessionId?: SessionId;
  state?: ApprovalState;
  before?: number;
};

/** A line of the agent's transcript; without a `subpath` of the main one. Of two with one `uuid` the first counts. */
export type TranscriptRow = { subpath?: string | undefined; uuid?: string | undefined; type: string; json: string };

/** What an actor did or was refused to do; see AuditEntry. `hash` covers the row and, by `previousHash`, all before. */
export type AuditRow = {
  /** 1, 2, 3 … without a gap. */
  seq: number;
  at: string;
  /** `sub` of the token. */
  actor: string;
  action: string;
  outcome: string;
  sessionId?: SessionId | undefined;
  targetId?: string | undefined;
  requestId: string;
  remoteAddress?: string | undefined;
  omitted: number;
  previousHash: string;
  hash: string;
};

/** The newest row there has been. Without one `seq` is 0, and the hash one that the first row goes on from. */
export type AuditHead = { seq: number; hash: string };

/** `window`: how many of the actor's rows are looked at, however few of them are meant. */
export type ListAudit = {
  actor: string;
  limit: number;
  window: number;
  before?: number;
  /** As session or as target. */
  sessionId?: string;
  action?: string;
  /** ISO 8601, UTC. */
  since?: string;
};

/** Events travel as the bytes they were stored as: `json` is the whole event, encoded once. */
export type EventRow = { seq: number; json: string };
/** Texts around an event's `json` and its `seq`. */
export type EventForm = { before: string; between: string; behind: string };
/** A page as one text, in UTF-8; `first` and `last`: the seqs of its ends. */
export type EventText = { first: number; last: number; bytes: Buffer };

/** `workspacePath`: those that work in that directory of the host. */
export type CountSessions = { owner: string; status?: SessionStatus; workspacePath?: string };
export type ListSessions = CountSessions & { limit: number; before?: number; offset?: number };

export interface StoreReader {
  /** The row, also when `deleted`. */
  findSession(id: SessionId): Promise<SessionRow | undefined>;
  /** Newest first, without deleted ones; `before` is the `position` to go on from, `offset` how many to leave out. */
  listSessions(query: ListSessions): Promise<SessionRow[]>;
  /** How many `listSessions` would list in all. */
  countSessions(query: CountSessions): Promise<number>;
  /** Those that are neither deleted nor at rest, of one owner or of all. */
  countLiveSessions(owner?: string): Promise<number>;
  /** Those of all owners that may have an instance by their rows: live ones, and what was deleted and is being removed. */
  countInstances(): Promise<number>;
  /** Turns that run or wait, of an owner's sessions. */
  countOpenTurns(owner: string): Promise<number>;
  findDayUsage(owner: string, day: string): Promise<DayUsageRow | undefined>;
  /** Sessions of all owners that own something outside the store: not at rest, or deleted. Oldest first. */
  listUnsettledSessions(): Promise<SessionRow[]>;
  /** Whether a session that is starting is still to get this one's files, and perhaps its transcript. */
  isFilesSource(id: SessionId): Promise<boolean>;
  findSessionKey(owner: string, key: string): Promise<SessionKeyRow | undefined>;
  findTurn(id: TurnId): Promise<TurnRow | undefined>;
  /** The turn the agent of a `running` session works on. */
  findRunningTurn(sessionId: SessionId): Promise<TurnRow | undefined>;
  findTurnByKey(sessionId: SessionId, idempotencyKey: string): Promise<TurnRow | undefined>;
  /** The oldest of a session's waiting turns. */
  findNextTurn(sessionId: SessionId): Promise<TurnRow | undefined>;
  /** The oldest turn that is not over; with `upTo`, of those accepted no later than it. */
  findOpenTurn(sessionId: SessionId, upTo?: TurnId): Promise<TurnRow | undefined>;
  /** The newest turn; with `before`, of those accepted before it. */
  findLastTurn(sessionId: SessionId, before?: TurnId): Promise<TurnRow | undefined>;
  /** Ids of a session's waiting turns, in the order they were accepted. */
  listQueuedTurns(sessionId: SessionId): Promise<TurnId[]>;
  /** The row, also of a deleted session. */
  findApproval(id: ApprovalId): Promise<ApprovalRow | undefined>;
  /** Of the owner's sessions, newest first, without those of deleted ones; `before` is the `position` to go on from. */
  listApprovals(query: ListApprovals): Promise<ApprovalRow[]>;
  /** Of a turn, in the order they were asked, without those that were withdrawn. */
  listTurnApprovals(turnId: TurnId): Promise<ApprovalRow[]>;
  /** Events with `seq > after`, in order, at most `limit` and at most about `maxBytes` (always at least one). */
  readEvents(sessionId: SessionId, page: { after: number; limit: number; maxBytes: number }): Promise<EventRow[]>;
  /**
   * The same page as one text, ready to be sent, with what is to stand around each event's `json` and its `seq`;
   * `undefined` when there is nothing. `first` and `last` are the seqs of its ends. Of a log whose beginning is removed
   * it gives nothing that `readEvents` would not give, but perhaps less.
   */
  readEventText(
    sessionId: SessionId,
    page: { after: number; limit: number; maxBytes: number },
    form: EventForm,
  ): Promise<EventText | undefined>;
  /** The transcript as it was written, between two positions, at most about `maxBytes` (always at least one line). */
  readTranscript(
    sessionId: SessionId,
    page: { after: number; before?: number | undefined; maxBytes: number },
  ): Promise<(TranscriptRow & { position: number })[]>;
  /** The newest message of the main transcript when it holds the prompt with that `uuid`; else `undefined`. */
  findTranscriptTail(sessionId: SessionId, uuid: string): Promise<string | undefined>;
  /** The newest line of the main transcript that has a `uuid`. */
  findLastTranscriptLine(sessionId: SessionId): Promise<string | undefined>;
  listGateways(): Promise<GatewayRow[]>;
  /** Newest first, from before `before` on. */
  listAudit(query: ListAudit): Promise<AuditRow[]>;
  /** The oldest row that a `listAudit` looks at when its window is full; `undefined` when it has looked at all. */
  findAuditWindowEnd(query: Pick<ListAudit, "actor" | "window" | "before">): Promise<AuditRow | undefined>;
  /** The whole log's rows with `seq > after`, in order. */
  readAudit(page: { after: number; limit: number }): Promise<AuditRow[]>;
  /** Kept beside the rows: it stays when rows are taken away. */
  findAuditHead(): Promise<AuditHead>;
  /**
   * The position that follows what is said up to the end of `turnId`, or before any turn: where the main transcript has
   * the first prompt of a turn accepted later, else past its last line.
   */
  findTranscriptEnd(sessionId: SessionId, turnId: TurnId | undefined): Promise<number>;
}

export interface StoreWriter extends StoreReader {
  insertSession(row: Omit<SessionRow, "position">): Promise<void>;
  updateSession(id: SessionId, patch: Partial<Omit<SessionRow, "id" | "position" | "owner">>): Promise<void>;
  /**
   * Removes of a session's events, transcript, approvals and turns so many rows, the oldest of each first, of at most
   * about `maxBytes` (always at least one). The session itself stays. Unknown ids are fine.
   * @returns whether there may be more
   */
  trimSession(id: SessionId, piece: { limit: number; maxBytes: number }): Promise<boolean>;
  /** Removes the session with the turns, approvals, events and transcript that it still has. Unknown ids are fine. */
  deleteSession(id: SessionId): Promise<void>;
  /** Kept for ever: deleting the session leaves it. */
  insertSessionKey(row: SessionKeyRow): Promise<void>;
  /** Adds to what the owner has used on that day. */
  addDayUsage(row: DayUsageRow): Promise<void>;
  insertTurn(row: TurnRow): Promise<void>;
  updateTurn(id: TurnId, patch: Partial<Omit<TurnRow, "id" | "sessionId">>): Promise<void>;
  insertApproval(row: Omit<ApprovalRow, "position">): Promise<void>;
  /** Who asks for it, how it stands and its answer; what is asked for stays. */
  updateApproval(
    id: ApprovalId,
    patch: Partial<Pick<ApprovalRow, "generation" | "key" | "state" | "used" | "answer" | "answeredBy" | "closedAt">>,
  ): Promise<void>;
  /** Removes a session's withdrawn approvals but for the `keep` that were asked last. */
  trimWithdrawnApprovals(sessionId: SessionId, keep: number): Promise<void>;
  insertTranscript(sessionId: SessionId, rows: readonly TranscriptRow[]): Promise<void>;
  insertEvents(sessionId: SessionId, events: readonly EventRow[]): Promise<void>;
  /** It becomes the head. Of what is there nothing can be changed or removed. */
  insertAudit(row: AuditRow): Promise<void>;
  /** Puts the gateway on the list, or replaces what the list says of it. */
  putGateway(row: GatewayRow): Promise<void>;
  /** Takes the gateway off the list. Unknown ids are fine. */
  deleteGateway(id: string): Promise<void>;
}

export interface Store extends StoreReader, AsyncDisposable {
  /** Whether several gateways may use the database at once. Where not, whoever opens it knows that no other lives. */
  readonly isShared: boolean;
  /**
   * Runs `work` durably. The rows it reads are changed by nobody else until its end, whoever has opened the database.
   * Rejects with what `work` threw, or when the commit failed: STORE_FULL, STORE_UNAVAILABLE.
   */
  write<T>(work: (tx: StoreWriter) => Promise<T>): Promise<T>;
  /** Asks the database for real. @throws CcError STORE_UNAVAILABLE */
  check(): Promise<void>;
  /** Ends after the writes that were accepted. Twice is fine. */
  close(): Promise<void>;
}
