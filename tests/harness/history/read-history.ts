/** A history as the checks want it: by key, by turn, by cursor. Says nothing about right and wrong. */

import type { Event } from "@cc-docker/client";
import { ERRORS } from "@cc-docker/protocol";
import type { Call, Entry } from "./history.ts";

/** All that happened to one idempotency key of one session. */
export type KeyRecord = Call & {
  /** Where its first call stands in the history. */
  calledAt: number;
  /** Of each acknowledgement, in their order. */
  turnIds: string[];
  /** The last word was a refusal whose code says that nothing happened. */
  isRefused: boolean;
};

/** One turn as the session's log has it. */
export type TurnRecord = {
  sessionId: string;
  turnId: string;
  /** In the order of the log. */
  events: Event[];
  /** Where its first end was delivered first; the history's length when it never was. */
  endedAt: number;
};

export type Reading = { entries: readonly Entry[]; keys: KeyRecord[]; turns: TurnRecord[] };

const ENDS = /^turn\.(completed|failed|interrupted|cancelled)$/;

export function isEnd({ type }: Event): boolean {
  return ENDS.test(type);
}

/** As the log has it, not as somebody sent it. */
export function promptOf({ events }: TurnRecord): string | undefined {
  const data = events.find(({ type }) => type === "turn.queued")?.data as { prompt?: string } | undefined;
  return data?.prompt;
}

export function readHistory(entries: readonly Entry[]): Reading {
  return { entries, keys: readKeys(entries), turns: readTurns(entries) };
}

function readKeys(entries: readonly Entry[]): KeyRecord[] {
  const records = new Map<string, KeyRecord>();
  for (const [calledAt, entry] of entries.entries()) {
    if (entry.kind !== "called" && entry.kind !== "acknowledged" && entry.kind !== "refused") continue;
    const { sessionId, key } = entry;
    const name = `${sessionId} ${key}`;
    const record = records.get(name) ?? { sessionId, key, prompt: "", calledAt, turnIds: [], isRefused: false };
    records.set(name, record);
    if (entry.kind === "called") Object.assign(record, { prompt: entry.prompt, answers: entry.answers ?? 1 });
    if (entry.kind === "acknowledged") record.turnIds.push(entry.turnId);
    record.isRefused = entry.kind === "refused" && ERRORS[entry.code].retry !== "unknown";
  }
  return [...records.values()];
}

/** Of what several subscribers got the first copy of each event counts; that they agree is a check of its own. */
function readTurns(entries: readonly Entry[]): TurnRecord[] {
  const seen = new Set<string>();
  const turns = new Map<string, TurnRecord>();
  for (const [at, entry] of entries.entries()) {
    if (entry.kind !== "delivered" || entry.event.turnId === undefined) continue;
    const { sessionId, seq, turnId } = entry.event;
    if (seen.has(`${sessionId} ${seq}`)) continue;
    seen.add(`${sessionId} ${seq}`);
    const turn = turns.get(turnId) ?? { sessionId, turnId, events: [], endedAt: entries.length };
    turns.set(turnId, turn);
    turn.events.push(entry.event);
    if (isEnd(entry.event)) turn.endedAt = Math.min(turn.endedAt, at);
  }
  for (const { events } of turns.values()) events.sort((one, other) => one.seq - other.seq);
  return [...turns.values()];
}
