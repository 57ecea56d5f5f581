/** What goes on, on the last line. Pure. */
import type { SessionConfig, SessionView } from "@cc-docker/client";
import { formatCost } from "../../output/amounts.ts";
import type { Notice } from "../state/ui-state.ts";
import { type Line, span } from "../text/line.ts";
import { spread, widthOf, words } from "./fit-line.ts";

export type Status = {
  /** Of the session that is shown, if one is. */
  readonly view?: SessionView;
  readonly config?: SessionConfig | undefined;
  /** The agent waits for an answer. */
  readonly isAsking?: boolean;
  /** The gateway cannot be reached just now. */
  readonly isAway: boolean;
  readonly notice?: Notice | undefined;
  /** Keys of use here. */
  readonly hint: string;
};

export function statusLine(status: Status, columns: number): Line {
  const { view, isAway, notice, hint } = status;
  const state = view ? [stateOf(view, status.isAsking ?? false), span("  ", undefined)] : [];
  const said = notice ? words(notice.text, notice.isFailure ? "failure" : "heading") : span(hint, "muted");
  const left = [...state, said];
  const away = isAway ? [AWAY] : [];
  const parts = view && !notice ? meter(view, status.config) : [];
  return spread(left, [...whatFits(parts, columns - widthOf([...left, ...away]) - 1), ...away], columns);
}

/** The last parts matter most. */
function whatFits(parts: readonly Line[], columns: number): Line {
  const kept = parts.findIndex((_, index) => widthOf(parts.slice(index).flat()) <= columns);
  return kept === -1 ? [] : parts.slice(kept).flat();
}

const AWAY = span(" reconnecting… ", "warning");

function stateOf({ status, parked, waitingUntilMs }: SessionView, isAsking: boolean): Line[number] {
  if (isAsking) return span("asks", "warning");
  if (waitingUntilMs !== undefined) return span("waits for the model's service", "warning");
  const isAtWork = status === "running" || status === "starting";
  return span(parked ? "parked" : (status ?? "loading"), isAtWork ? "success" : "strong");
}

/** The model, how full its context is, tokens in and out, and what they cost. */
function meter({ usage, costUsd, contextTokens, model }: SessionView, config: SessionConfig | undefined): Line[] {
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheCreationTokens;
  const parts = [
    model ?? config?.model ?? "",
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
