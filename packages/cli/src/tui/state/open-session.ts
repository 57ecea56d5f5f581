/** A session that is followed: what has happened in it, and what a person has begun in it. */
import type { ApprovalEntry, Client, SessionId } from "@cc-docker/client";
import type { Event } from "@cc-docker/protocol";
import { type Question, readQuestions } from "../../session/questions.ts";
import { type Editor, EMPTY_EDITOR } from "./editor.ts";
import { type FollowedView, followView } from "./follow-view.ts";
import { createSessionBody, type SessionBody } from "./session-body.ts";
import { createStandingLeave } from "./standing-leave.ts";

export type OpenSession = FollowedView & {
  readonly id: SessionId;
  /** Something came since it was last shown. */
  isUnread: boolean;
  editor: Editor;
  /** What was being written when the history was opened. */
  draft: Editor;
  /** The prompt of the history that is in the editor; `undefined` when none is. */
  historyIndex: number | undefined;
  readonly body: SessionBody;
  /** The newest turn's timeline stands above the editor. */
  isTimelineShown: boolean;
  /** The approval that the last frame showed: no key answers another. */
  shownApproval: string | undefined;
  /** When a key last answered something, in milliseconds of `performance.now()`. */
  answeredAtMs: number;
  /** By approval: what was answered of its questions so far. */
  readonly answers: Map<string, Record<string, string>>;
  /** Lets the agent use this tool without asking a person: now, and as long as the session is open here. */
  allowAlways(toolName: string): void;
  /** Open questions of the agent, oldest first, without those that are answered here. */
  approvals(): readonly ApprovalEntry[];
  /** Of an approval, the first question without an answer. */
  openQuestion(approval: ApprovalEntry): Question | undefined;
  isTurnRunning(): boolean;
  close(): void;
};

export type OpenSessionOptions = {
  client: Client;
  id: SessionId;
  signal: AbortSignal;
  isShown: () => boolean;
  onChange: () => void;
  /** An answer that was given without a person did not get through; they are asked after all. */
  onUnanswered: (error: unknown) => void;
};

/** What makes a session unread: something a person would look for. */
const NEWS: ReadonlySet<string> = new Set(["agent.assistant", "turn.completed", "turn.failed", "approval.requested"]);

export function openSession(options: OpenSessionOptions): OpenSession {
  const { client, id, isShown, onChange, onUnanswered } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const leave = createStandingLeave({ client, signal, onUnanswered });
  const followed = followView({ client, id, signal, onEvent, onChange });
  const openApprovals = () => followed.view().openApprovals;

  function onEvent({ type }: Event): void {
    if (NEWS.has(type) && !isShown()) session.isUnread = true;
    if (type === "approval.requested") leave.answer(openApprovals());
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
    editor: EMPTY_EDITOR,
    draft: EMPTY_EDITOR,
    historyIndex: undefined,
    body: createSessionBody(),
    isTimelineShown: false,
    shownApproval: undefined,
    answeredAtMs: Number.NEGATIVE_INFINITY,
    answers: new Map(),
    allowAlways(toolName) {
      leave.give(toolName);
      leave.answer(openApprovals());
    },
    approvals: () => leave.without(openApprovals()),
    openQuestion,
    isTurnRunning: () => followed.view().runningTurnId !== undefined,
    close: () => closing.abort(),
  };
  return session;
}
