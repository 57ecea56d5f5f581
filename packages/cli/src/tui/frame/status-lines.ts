/** What goes on, on the last line; above it what there is to say, where that does not fit beside it. Pure. */
import type { SessionConfig, SessionView } from "@cc-docker/client";
import { formatCost } from "../../output/amounts.ts";
import type { Notice } from "../state/ui-state.ts";
import { type Line, span } from "../text/line.ts";
import { wrapLine } from "../text/wrap/wrap-line.ts";
import { cut, spread, widthOf, words } from "./fit-line.ts";
import type { Size } from "./frame.ts";

export type Status = {
  /** Of the session that is shown, if one is. */
  readonly view?: SessionView;
  readonly config?: SessionConfig | undefined;
  /** The agent waits for an answer. */
  readonly isAsking?: boolean;
  /** The turn was told to end, and has not yet. */
  readonly isInterrupting?: boolean;
  /** The gateway cannot be reached just now. */
  readonly isAway: boolean;
  readonly notice?: Notice | undefined;
  /** Keys of use here. */
  readonly hint: string;
};

/** Of a screen, for what there is to say. */
const NOTICE_SHARE = 1 / 3;
const MAX_NOTICE_ROWS = 6;

/** The last row is the status, whatever there is to say. A notice that fits stands there in place of the hint. */
export function statusLines(status: Status, { columns, rows }: Size): Line[] {
  const { notice, hint, isAway, view } = status;
  const state = view ? [stateOf(status, view), span("  ", undefined)] : [];
  const away = isAway ? [AWAY] : [];
  const parts = view ? meter(view, status.config) : [];
  const said = notice && noticeLine(notice);
  const isShort = said !== undefined && widthOf([...state, ...said, ...parts.flat(), ...away]) < columns;
  const left = [...state, ...(isShort ? said : [span(hint, "muted")])];
  const right = [...whatFits(parts, columns - widthOf([...left, ...away]) - 1), ...away];
  const maxRows = Math.min(MAX_NOTICE_ROWS, Math.max(1, Math.floor(rows * NOTICE_SHARE)));
  const above = notice && !isShort ? noticeLines(notice, columns, maxRows) : [];
  return [...above, spread(left, right, columns)];
}

function noticeLine({ text, isFailure, todo = "" }: Notice): Line {
  const style = isFailure ? "failure" : "heading";
  return todo === "" ? [words(text, style)] : [words(`${text} `, style), words(todo, "strong")];
}

/** Of a text that is too long the end is left out, and never what there is to do about it. */
function noticeLines({ text, isFailure, todo = "" }: Notice, columns: number, maxRows: number): readonly Line[] {
  const next = todo === "" ? [] : atMost(wrapLine([words(todo, "strong")], columns), Math.max(1, maxRows - 1), columns);
  const lines = wrapLine([words(text, isFailure ? "failure" : "heading")], columns);
  return [...atMost(lines, Math.max(1, maxRows - next.length), columns), ...next];
}

/** The first lines; an ellipsis says that there are more. */
function atMost(lines: readonly Line[], rows: number, columns: number): readonly Line[] {
  if (lines.length <= rows) return lines;
  const last = lines[rows - 1] ?? [];
  return [...lines.slice(0, rows - 1), cut([...last, span("…", "muted")], columns)];
}

/** The last parts matter most. */
function whatFits(parts: readonly Line[], columns: number): Line {
  const kept = parts.findIndex((_, index) => widthOf(parts.slice(index).flat()) <= columns);
  return kept === -1 ? [] : parts.slice(kept).flat();
}

const AWAY = span(" reconnecting… ", "warning");

function stateOf({ isAsking, isInterrupting }: Status, { status, parked, waitingUntilMs }: SessionView): Line[number] {
  if (isInterrupting) return span("interrupting…", "warning");
  if (isAsking) return span("asks", "warning");
  if (waitingUntilMs !== undefined) return span("waits for the model's service", "warning");
  const isAtWork = status === "running" || status === "starting";
  return span(parked ? "paused until the next prompt" : (status ?? "loading"), isAtWork ? "success" : "strong");
}

/** The model, how full its context is, tokens in and out, and what they cost. */
function meter({ usage, costUsd, contextTokens, model }: SessionView, config: SessionConfig | undefined): Line[] {
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheCreationTokens;
  const parts = [
    model || (config?.model ?? ""),
    contextTokens > 0 ? `${formatCount(contextTokens)} context` : "",
    `${formatCount(read)} in`,
    `${formatCount(usage.outputTokens)} out`,
    formatCost(costUsd),
  ];
  return parts.flatMap((part) => (part === "" ? [] : [[span("  ", undefined), words(part, "muted")]]));
}

/** "950", "1.2k", "34k", "1.2M". */
function formatCount(count: number): string {
  if (count < 1000) return String(count);
  const [value, unit] = count < 1_000_000 ? [count / 1000, "k"] : [count / 1_000_000, "M"];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit}`;
}
