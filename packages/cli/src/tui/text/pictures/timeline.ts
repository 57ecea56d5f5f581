/** Where a turn's time went: a row for the model, for each tool and each wait, with its bar. */
import type { TurnSpan, TurnView } from "@cc-docker/client";
import { formatCost, formatSeconds } from "../../../output/amounts.ts";
import { printableLine } from "../../../output/printable.ts";
import { type Extent, turnExtent } from "../../../output/turn-extent.ts";
import { type Line, span } from "../line.ts";
import type { StyleName } from "../theme.ts";
import { displayWidth } from "../wrap/display-width.ts";
import { MIN_WIDTH, truncateLine } from "../wrap/wrap-line.ts";

/** Told apart by their form, for there may be no colours. */
const LOOKS: Record<TurnSpan["kind"], { bar: string; style: StyleName }> = {
  model: { bar: "█", style: "model" },
  tool: { bar: "▓", style: "toolTime" },
  waiting: { bar: "░", style: "waiting" },
  starting: { bar: "░", style: "muted" },
};

const MAX_NAME_COLUMNS = 18;
const SECONDS_COLUMNS = 9;

export type TimelineOptions = {
  /** In columns. */
  width: number;
  /** The end of what has not ended. */
  nowMs: number;
};

type Lane = { name: string; kind: TurnSpan["kind"]; spans: { startMs: number; endMs: number }[] };

export function layoutTimeline(turn: TurnView, { width, nowMs }: TimelineOptions): Line[] {
  const columns = Math.max(width, MIN_WIDTH);
  const { startMs, endMs } = turnExtent(turn, nowMs);
  const lanes = lanesOf(turn.spans, endMs);
  const nameColumns = Math.min(MAX_NAME_COLUMNS, Math.max(5, ...lanes.map(({ name }) => displayWidth(name))));
  const room = Math.max(4, columns - nameColumns - SECONDS_COLUMNS - 1);
  const rows = lanes.map((lane) => layoutLane(lane, { startMs, endMs, nameColumns, room }));
  const dropped: Line[] = turn.spansDropped > 0 ? [[span(`… ${turn.spansDropped} more`, "muted")]] : [];
  return [layoutTotal(turn, endMs - startMs), ...rows, ...dropped].map((line) => truncateLine(line, columns));
}

function layoutTotal({ prompt, status, costUsd, usage }: TurnView, durationMs: number): Line {
  const spent = `${status}, ${formatSeconds(durationMs)}, ${formatCost(costUsd)}, ${usage.outputTokens} tokens out`;
  return [span(`${spent}  `, "muted"), span(printableLine(prompt, 200), undefined)];
}

/** One lane for each kind and name, in the order in which they began. */
function lanesOf(spans: readonly TurnSpan[], endMs: number): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const { kind, name, startMs, endMs: spanEnd } of spans) {
    const key = `${kind} ${name}`;
    const lane = lanes.get(key) ?? {
      name: printableLine(name === "" ? kind : name, MAX_NAME_COLUMNS),
      kind,
      spans: [],
    };
    lane.spans.push({ startMs, endMs: spanEnd ?? endMs });
    lanes.set(key, lane);
  }
  return [...lanes.values()];
}

type Scale = Extent & { nameColumns: number; room: number };

function layoutLane(lane: Lane, scale: Scale): Line {
  const { bar, style } = LOOKS[lane.kind];
  const totalMs = lane.spans.reduce((sum, one) => sum + one.endMs - one.startMs, 0);
  const [label] = truncateLine([span(lane.name, undefined)], scale.nameColumns);
  const name = label?.text ?? "";
  const gap = " ".repeat(Math.max(0, scale.nameColumns - displayWidth(name)) + 1);
  return [
    span(`${name}${gap}`, undefined),
    span(barsOf(lane.spans, scale, bar), style),
    span(formatSeconds(totalMs).padStart(SECONDS_COLUMNS), "muted"),
  ];
}

/** What lasted at all is at least one column wide. */
function barsOf(spans: Lane["spans"], { startMs, endMs, room }: Scale, bar: string): string {
  const columns = Array.from({ length: room }, () => " ");
  const perMs = room / (endMs - startMs);
  for (const one of spans) {
    const from = Math.max(0, Math.min(room - 1, Math.floor((one.startMs - startMs) * perMs)));
    const to = Math.min(room, Math.max(from + 1, Math.ceil((one.endMs - startMs) * perMs)));
    columns.fill(bar, from, to);
  }
  return columns.join("");
}
