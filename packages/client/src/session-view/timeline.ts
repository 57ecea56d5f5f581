/** Where the running turn's time goes. Made of whole messages alone, so that a compacted log tells the same. */
import type { Draft } from "./draft.ts";
import type { OpenTool } from "./fold.ts";
import type { TurnSpan, TurnView } from "./turn-view.ts";
import { VIEW_LIMITS } from "./view-limits.ts";

export type SpanStart = Omit<TurnSpan, "endMs">;

export function openSpan(draft: Draft, span: SpanStart): void {
  changeTurn(draft, ({ spans, spansDropped }) => {
    const excess = Math.max(0, spans.length + 1 - VIEW_LIMITS.spans);
    return { spans: [...spans.slice(excess), span], spansDropped: spansDropped + excess };
  });
}

/** A tool runs from now on. */
export function openToolSpan(draft: Draft, { id, name, parentId }: OpenTool, startMs: number): void {
  openSpan(draft, { kind: "tool", name, entryId: id, startMs, ...(parentId !== undefined && { parentId }) });
}

/** Ends the newest open span of the kind, of an entry when one is named. */
export function closeSpan(
  draft: Draft,
  { kind, name, entryId }: Partial<Pick<TurnSpan, "kind" | "name" | "entryId">>,
  endMs: number,
): void {
  changeTurn(draft, ({ spans }) => {
    const index = spans.findLastIndex(
      (span) =>
        span.endMs === undefined &&
        span.kind === kind &&
        (name === undefined || span.name === name) &&
        (entryId === undefined || span.entryId === entryId),
    );
    const span = spans[index];
    return span && { spans: spans.with(index, { ...span, endMs }) };
  });
}

/** Takes away an open span of a tool: it has not begun, for it is to be approved first. */
export function withdrawToolSpan(draft: Draft, entryId: string): void {
  changeTurn(draft, ({ spans }) => {
    const index = spans.findLastIndex((span) => isOpenTool(span) && span.entryId === entryId);
    return index < 0 ? undefined : { spans: spans.toSpliced(index, 1) };
  });
}

/** The model answers from now on, unless it does already. */
export function startModel(draft: Draft, startMs: number): void {
  const isAnswering = runningTurn(draft)?.spans.some(({ kind, endMs }) => kind === "model" && endMs === undefined);
  if (!isAnswering) openSpan(draft, { kind: "model", name: "", startMs });
}

/** The model goes on once the last tool that it waits for has answered. */
export function startModelAfterTools(draft: Draft, startMs: number): void {
  const waits = runningTurn(draft)?.spans.some(
    (span) => (isOpenTool(span) && span.parentId === undefined) || isOpenApproval(span),
  );
  if (!waits) startModel(draft, startMs);
}

/** The model has said something whole: so long it has worked, and it may go on. */
export function extendModel(draft: Draft, endMs: number): void {
  changeTurn(draft, ({ spans }) => {
    const index = spans.findLastIndex(({ kind }) => kind === "model");
    const span = spans[index];
    return span && { spans: spans.with(index, { ...span, endMs }) };
  });
}

export function closeAllSpans(draft: Draft, endMs: number): void {
  changeTurn(draft, ({ spans }) => ({ spans: spans.map((span) => ({ endMs, ...span })) }));
}

export function runningTurn(draft: Draft): TurnView | undefined {
  const turn = draft.turns.at(-1);
  return turn?.turnId === draft.runningTurnId ? turn : undefined;
}

/** Nothing happens without a running turn, as when the agent works on by itself. */
export function changeTurn(draft: Draft, change: (turn: TurnView) => Partial<TurnView> | undefined): void {
  const turn = runningTurn(draft);
  const changes = turn && change(turn);
  if (turn && changes) draft.turns = draft.turns.with(-1, { ...turn, ...changes });
}

function isOpenTool({ kind, endMs }: TurnSpan): boolean {
  return kind === "tool" && endMs === undefined;
}

function isOpenApproval({ kind, name, endMs }: TurnSpan): boolean {
  return kind === "waiting" && name === "approval" && endMs === undefined;
}
