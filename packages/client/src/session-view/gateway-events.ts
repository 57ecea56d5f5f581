/** What the gateway says of the session and its turns. */
import { at, type Event, type SessionStatus, type TurnStatus, textAt } from "@cc-docker/protocol";
import { capText } from "./cap.ts";
import { amend, baseOf, type Draft, remember, settle } from "./draft.ts";
import { cutLive } from "./live.ts";
import { amountAt, nameAt, timeOf, wordsAt } from "./read-data.ts";
import { changeTurn, closeAllSpans, closeSpan, openSpan, runningTurn, startModel } from "./timeline.ts";
import { cutAllTools, cutToolsOfTurn } from "./tools.ts";
import type { TurnView } from "./turn-view.ts";
import { NO_USAGE, settleUsage } from "./usage.ts";
import type { QueuedPrompt } from "./view.ts";
import type { NoteEntry, ViewError } from "./view-entries.ts";
import { VIEW_LIMITS } from "./view-limits.ts";

const PROMPT_BEGINNING_CHARS = 200;

export function moveSession(draft: Draft, event: Event, status: SessionStatus): void {
  const { data } = event;
  const reason = nameAt(data, "reason");
  draft.status = status;
  draft.parked = status === "paused" && reason === "parked";
  if (status === "paused" && !draft.parked) note(draft, event, { note: "paused", reason });
  if (status === "starting" || status === "stopped" || status === "failed") loseAgent(draft, event);
  if (status === "stopped" || status === "failed") note(draft, event, { note: status, reason, ...errorOf(data) });
  if (status === "running") endStarting(draft, timeOf(event.at));
}

/** An agent that is replaced or gone leaves nothing running. */
function loseAgent(draft: Draft, event: Event): void {
  cutLive(draft, event, () => true);
  cutAllTools(draft, timeOf(event.at));
  remember(draft, { messages: [] });
}

function endStarting(draft: Draft, atMs: number): void {
  if (!runningTurn(draft)?.spans.some(({ kind, endMs }) => kind === "starting" && endMs === undefined)) return;
  closeSpan(draft, { kind: "starting" }, atMs);
  startModel(draft, atMs);
}

export function queueTurn(draft: Draft, event: Event): void {
  const { turnId, seq } = event;
  if (turnId === undefined) return;
  const { text } = capText(textAt(event.data, "prompt"));
  const forStart = draft.status === "starting" || draft.status === "stopped" || draft.status === "failed";
  const prompt: QueuedPrompt = { turnId, seq, atMs: timeOf(event.at), text, forStart };
  draft.queued = [...draft.queued, prompt].slice(-VIEW_LIMITS.atOnce);
}

export function startTurn(draft: Draft, event: Event): void {
  const { turnId } = event;
  if (turnId === undefined) return;
  const queued = takeQueued(draft, turnId);
  const base = { ...baseOf(event, queued?.text.length ?? 0), turnId };
  const text = queued && { text: queued.text };
  const promptPosition = settle(draft, { kind: "prompt", id: `prompt:${turnId}`, state: "running", ...text, ...base });
  beginTurn(
    draft,
    {
      ...newTurn(turnId, base.atMs),
      prompt: queued?.text.slice(0, PROMPT_BEGINNING_CHARS) ?? "",
      ...(queued && { queuedAtMs: queued.atMs }),
    },
    promptPosition,
  );
  if (queued && queued.atMs < base.atMs) openSpan(draft, waitBefore(queued, base.atMs));
  startModel(draft, base.atMs);
}

/** A view may begin in the midst of a turn: its agent's messages say which. */
export function adoptTurn(draft: Draft, { turnId, at }: Event): void {
  if (turnId === undefined || turnId === draft.runningTurnId) return;
  if (draft.turns.some((turn) => turn.turnId === turnId)) return;
  beginTurn(draft, newTurn(turnId, timeOf(at)), undefined);
  startModel(draft, timeOf(at));
}

function newTurn(turnId: TurnView["turnId"], startedAtMs: number): TurnView {
  return {
    turnId,
    status: "running",
    prompt: "",
    startedAtMs,
    usage: NO_USAGE,
    costUsd: 0,
    spans: [],
    spansDropped: 0,
  };
}

function beginTurn(draft: Draft, turn: TurnView, promptPosition: number | undefined): void {
  draft.turns = [...draft.turns.slice(1 - VIEW_LIMITS.turns), turn];
  draft.runningTurnId = turn.turnId;
  draft.usage = draft.fold.endedUsage;
  remember(draft, { promptPosition, toldUsage: NO_USAGE, streamedTokens: 0 });
}

function waitBefore({ forStart, atMs }: QueuedPrompt, endMs: number) {
  const kind = forStart ? "starting" : "waiting";
  return { kind, name: forStart ? "" : "queue", startMs: atMs, endMs } as const;
}

function takeQueued(draft: Draft, turnId: string): QueuedPrompt | undefined {
  const found = draft.queued.find((prompt) => prompt.turnId === turnId);
  if (found) draft.queued = draft.queued.filter((prompt) => prompt !== found);
  return found;
}

export function endTurn(draft: Draft, event: Event, status: TurnStatus): void {
  const { turnId, data } = event;
  const queued = turnId && takeQueued(draft, turnId);
  if (status === "cancelled")
    return note(draft, event, { note: "cancelled", text: (queued || undefined)?.text ?? "", ...errorOf(data) });
  adoptTurn(draft, event);
  if (turnId === undefined || draft.runningTurnId !== turnId) return;
  const endedAtMs = timeOf(event.at);
  cutLive(draft, event, ({ parentId }) => parentId === undefined);
  cutToolsOfTurn(draft, endedAtMs);
  closeAllSpans(draft, endedAtMs);
  const result = at(data, "result");
  const usage = settleUsage(draft, result);
  const costUsd = amountAt(result, "costUsd");
  const outcome = { status, costUsd, ...errorOf(data) };
  changeTurn(draft, () => ({ ...outcome, endedAtMs }));
  draft.costUsd += costUsd;
  const { promptPosition } = draft.fold;
  if (promptPosition !== undefined) amend(draft, { position: promptPosition, kind: "prompt" }, { state: status });
  const durationMs = amountAt(result, "durationMs");
  settle(draft, { kind: "turn-end", id: `end:${turnId}`, durationMs, usage, ...outcome, ...baseOf(event, 0) });
  draft.runningTurnId = undefined;
  draft.waitingUntilMs = undefined;
}

export function resumeTurn(draft: Draft, event: Event): void {
  const atMs = timeOf(event.at);
  loseAgent(draft, event);
  closeAllSpans(draft, atMs);
  openSpan(draft, { kind: "starting", name: "", startMs: atMs });
  for (const { id } of draft.openApprovals)
    openSpan(draft, { kind: "waiting", name: "approval", entryId: id, startMs: atMs });
  note(draft, event, { note: "resumed", ...errorOf(event.data) });
}

export function waitForModel(draft: Draft, event: Event): void {
  const [atMs, untilMs] = [timeOf(event.at), timeOf(at(event.data, "until"))];
  closeSpan(draft, { kind: "model" }, atMs);
  openSpan(draft, { kind: "waiting", name: "rate limit", startMs: atMs });
  draft.waitingUntilMs = untilMs;
  note(draft, event, { note: "rate-limit", untilMs });
}

export function proceed(draft: Draft, event: Event): void {
  closeSpan(draft, { kind: "waiting", name: "rate limit" }, timeOf(event.at));
  draft.waitingUntilMs = undefined;
  startModel(draft, timeOf(event.at));
}

function note(draft: Draft, event: Event, about: Pick<NoteEntry, "note"> & Partial<NoteEntry>): void {
  const text = about.text ?? "";
  const chars = text.length + (about.error?.message.length ?? 0);
  settle(draft, { kind: "note", id: `note:${event.seq}`, ...baseOf(event, chars), ...about, text });
}

function errorOf(data: unknown): { error?: ViewError } {
  const error = at(data, "error");
  if (error === undefined) return {};
  return { error: { code: nameAt(error, "code"), message: wordsAt(error, "message"), hint: wordsAt(error, "hint") } };
}
