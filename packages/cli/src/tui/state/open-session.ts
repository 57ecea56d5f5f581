/** A session that is followed: what has happened in it, and what a person has begun in it. */
import type { ApprovalEntry, Client, SessionId } from "@cc-docker/client";
import { type Event, endsTurn, type TurnId } from "@cc-docker/protocol";
import { type Question, readQuestions } from "../../session/questions.ts";
import { type AnswerGuard, createAnswerGuard } from "./answer-guard.ts";
import { createDesk, type Desk } from "./desk.ts";
import { type FollowedView, followView } from "./follow-view.ts";

export type OpenSession = FollowedView &
  Desk & {
    readonly id: SessionId;
    /** Something came since it was last shown. */
    isUnread: boolean;
    /** Which keys may answer what the agent asks. */
    readonly guard: AnswerGuard;
    /** Open questions of the agent, oldest first. */
    approvals(): readonly ApprovalEntry[];
    /** Of an approval, the first question without an answer. */
    openQuestion(approval: ApprovalEntry): Question | undefined;
    isTurnRunning(): boolean;
    /** The running turn was told to end. */
    isInterrupting(): boolean;
    /** From now on, until that turn has ended. @returns what takes it back */
    markInterrupting(): () => void;
    /** How many of its turns have ended, by the events that have come so far. */
    turnsEnded(): number;
    close(): void;
  };

export type OpenSessionOptions = {
  client: Client;
  id: SessionId;
  signal: AbortSignal;
  /** Events up to this number are no news: they had come before the session was opened. */
  oldSeq: number;
  /** Of the time when it was followed before; an empty one when absent. */
  desk?: Desk | undefined;
  isShown: () => boolean;
  onChange: () => void;
};

/** What makes a session unread: something a person would look for. */
const NEWS: ReadonlySet<string> = new Set(["agent.assistant", "turn.completed", "turn.failed", "approval.requested"]);

const CLOSES_APPROVAL: ReadonlySet<string> = new Set(["approval.answered", "approval.withdrawn"]);

export function openSession(options: OpenSessionOptions): OpenSession {
  const { client, id, oldSeq, isShown, onChange } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const followed = followView({ client, id, signal, onEvent, onChange });
  let turnsEnded = 0;
  let interrupting: TurnId | undefined;
  const running = () => followed.view().runningTurnId;

  function onEvent({ type, seq, data }: Event): void {
    if (endsTurn(type)) turnsEnded += 1;
    if (CLOSES_APPROVAL.has(type)) session.answers.delete(String((data as { approvalId?: unknown }).approvalId));
    if (NEWS.has(type) && seq > oldSeq && !isShown()) session.isUnread = true;
  }

  function openQuestion(approval: ApprovalEntry): Question | undefined {
    const given = session.answers.get(approval.id) ?? {};
    const asked = approval.approvalKind === "question" ? readQuestions(approval.input) : [];
    return asked.find(({ text }) => !Object.hasOwn(given, text));
  }

  const session: OpenSession = {
    ...followed,
    id,
    isUnread: false,
    ...(options.desk ?? createDesk()),
    guard: createAnswerGuard(),
    approvals: () => followed.view().openApprovals,
    openQuestion,
    isTurnRunning: () => running() !== undefined,
    isInterrupting: () => interrupting !== undefined && interrupting === running(),
    markInterrupting() {
      interrupting = running();
      return () => void (interrupting = undefined);
    },
    turnsEnded: () => turnsEnded,
    close: () => closing.abort(),
  };
  return session;
}
