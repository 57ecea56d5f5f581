/** Where the time of a session's turns went, as people read it. Pure. */
import type { TurnSpan, TurnView } from "@cc-docker/client";
import { formatCost, formatSeconds } from "./amounts.ts";
import { printableLine } from "./printable.ts";
import { type Column, formatTable } from "./table.ts";
import { type Extent, turnExtent } from "./turn-extent.ts";

const BAR_LENGTH = 40;
const PROMPT_LENGTH = 60;

/** @param now in milliseconds since 1970: what lasts still ends there */
export function describeTimeline(turns: readonly TurnView[], now: number): string {
  if (turns.length === 0) return "No turns.\n";
  return turns.map((turn) => describeTurn(turn, now)).join("\n");
}

function describeTurn(turn: TurnView, now: number): string {
  const { turnId, status, prompt, costUsd, error, spans, spansDropped } = turn;
  const { startMs, endMs } = turnExtent(turn, now);
  const facts = [turnId, status, formatSeconds(endMs - startMs), formatCost(costUsd), ...(error ? [error.code] : [])];
  const left = spansDropped === 0 ? "" : `(${spansDropped} earlier stretches of time are not kept)\n`;
  const table = spans.length === 0 ? "" : formatTable(spans, columnsOf({ startMs, endMs, now }));
  return `${facts.join("  ")}\n> ${printableLine(prompt, PROMPT_LENGTH)}\n${left}${table}`;
}

function columnsOf({ startMs, endMs, now }: Extent & { now: number }): Column<TurnSpan>[] {
  const endOf = (span: TurnSpan) => span.endMs ?? now;
  const place = (ms: number) => Math.round(((ms - startMs) / (endMs - startMs)) * BAR_LENGTH);
  return [
    { title: "AT", align: "right", cell: (span) => formatSeconds(span.startMs - startMs) },
    { title: "TOOK", align: "right", cell: (span) => formatSeconds(endOf(span) - span.startMs) },
    { title: "WHAT", cell: describeSpan },
    { title: "WHEN", cell: (span) => drawBar(place(span.startMs), place(endOf(span))) },
  ];
}

function describeSpan({ kind, name, parentId, endMs }: TurnSpan): string {
  const what = kind === "waiting" ? `waiting: ${name}` : name || kind;
  return `${parentId === undefined ? "" : "└ "}${what}${endMs === undefined ? " …" : ""}`;
}

/** A stretch has one mark at least, however short it is. */
function drawBar(from: number, to: number): string {
  const start = clamp(from, 0, BAR_LENGTH - 1);
  const length = clamp(to - start, 1, BAR_LENGTH - start);
  return `${"·".repeat(start)}${"█".repeat(length)}${"·".repeat(BAR_LENGTH - start - length)}`;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
