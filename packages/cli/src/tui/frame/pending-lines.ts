/** What is still to come, between the history and the editor: the agent's todos, prompts that wait, and its question. */
import type { QueuedPrompt, SessionView, TodoItem } from "@cc-docker/client";
import { askedKey } from "../state/answer-guard.ts";
import { type Sending, SHOWN_AFTER_MS } from "../state/desk.ts";
import type { OpenSession } from "../state/open-session.ts";
import { layoutTodos } from "../text/entries/layout-todos.ts";
import { type Line, span } from "../text/line.ts";
import { activityLine } from "../text/pictures/activity.ts";
import { sparkline } from "../text/pictures/sparkline.ts";
import { layoutTimeline } from "../text/pictures/timeline.ts";
import { MIN_WIDTH } from "../text/wrap/wrap-line.ts";
import { type ApprovalBox, type AskedView, approvalBox } from "./approval-lines.ts";
import { fit, words } from "./fit-line.ts";

const MAX_TODO_ROWS = 6;
const MAX_QUEUED_ROWS = 3;

/** What matters most is lowest, and is kept when there is little room. */
export function pendingLines(
  { session, isWriting }: { session: OpenSession; isWriting: boolean },
  columns: number,
  maxRows: number,
): readonly Line[] {
  const view = session.view();
  const { todos, queued } = view;
  const [approval, ...others] = session.approvals();
  const question = approval && session.openQuestion(approval);
  const box =
    approval && boxOf({ approval, waiting: others.length, question, isWriting }, session, { columns, maxRows });
  if (!box) session.guard.show(undefined);
  const pictures = session.isTimelineShown ? pictureLines(view, Math.max(MIN_WIDTH, columns)) : [];
  const lines = [
    ...pictures,
    ...todoLines(todos, columns),
    ...queuedLines(queued),
    ...sendingLines(session.sending),
    ...(box?.lines ?? []),
  ].map((line) => fit(line, columns));
  return maxRows > 0 ? lines.slice(-maxRows) : [];
}

/** The keys that answer are told what of it can be seen. */
function boxOf(
  asked: Omit<AskedView, "page">,
  { guard }: OpenSession,
  { columns, maxRows }: { columns: number; maxRows: number },
): ApprovalBox {
  const key = askedKey(asked.approval, asked.question);
  const box = approvalBox({ ...asked, page: guard.page(key) }, columns, maxRows);
  guard.show({ ...box, key });
  return box;
}

/** What the newest turn's time went to, above it what each turn has cost and how busy the session was of late. */
function pictureLines({ turns, activity, options: { activityMs } }: SessionView, width: number): Line[] {
  const newest = turns.at(-1);
  if (!newest) return [];
  const nowMs = Date.now();
  const columns = Math.floor(width / 3);
  const costs = sparkline(
    turns.map(({ costUsd }) => costUsd),
    columns,
  );
  const busy = activityLine(activity, { width: columns, nowMs, activityMs });
  const overview = [
    span("cost a turn ", "muted"),
    span(costs, "model"),
    span("  activity ", "muted"),
    span(busy, "model"),
  ];
  return [overview, ...layoutTimeline(newest, { width, nowMs })];
}

/** Nothing once every one is done. */
function todoLines(todos: readonly TodoItem[], columns: number): Line[] {
  const done = todos.filter(({ status }) => status === "completed");
  if (done.length === todos.length) return [];
  const open = todos.filter((todo) => !done.includes(todo));
  const rest = open.length > MAX_TODO_ROWS ? `, ${open.length - MAX_TODO_ROWS} more to do` : "";
  const title = span(`Todo: ${done.length} of ${todos.length} done${rest}`, "heading");
  return [[title], ...layoutTodos(open.slice(0, MAX_TODO_ROWS), Math.max(MIN_WIDTH, columns))];
}

/** What the gateway has not taken yet, as when it is away. */
function sendingLines(sending: ReadonlySet<Sending>): Line[] {
  const late = [...sending].filter(({ sinceMs }) => performance.now() - sinceMs >= SHOWN_AFTER_MS);
  return late.slice(-MAX_QUEUED_ROWS).map(({ text }) => [span("  being sent ", "waiting"), words(text, "muted")]);
}

function queuedLines(queued: readonly QueuedPrompt[]): Line[] {
  const waiting = queued.filter(({ forStart }) => !forStart);
  const shown = waiting
    .slice(0, MAX_QUEUED_ROWS)
    .map(({ text }): Line => [span("  queued ", "waiting"), words(text, "muted")]);
  const rest = waiting.length - shown.length;
  return rest > 0 ? [...shown, [span(`  and ${rest} more`, "muted")]] : shown;
}
