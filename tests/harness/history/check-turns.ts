/** R1: each turn of the log has one end, the last it says; each acknowledged turn is there; each was asked for. */
import type { Event } from "@cc-docker/client";
import { isEnd, type KeyRecord, promptOf, type Reading, type TurnRecord } from "./read-history.ts";
import type { Violation } from "./violation.ts";

export function checkTurns({ keys, turns }: Reading): Violation[] {
  return [...findLost(keys, turns), ...turns.flatMap(checkEnd), ...findUnasked(keys, turns)];
}

function findLost(keys: readonly KeyRecord[], turns: readonly TurnRecord[]): Violation[] {
  const logged = new Set(turns.map(({ turnId }) => turnId));
  return keys.flatMap(({ sessionId, key, turnIds }) => {
    const lost = [...new Set(turnIds)].filter((turnId) => !logged.has(turnId));
    const promised = "a prompt that was acknowledged is in its session's log";
    return lost.map((turnId) =>
      toViolation({ promised, seen: "no event of its turn", ids: { sessionId, key, turnId } }),
    );
  });
}

function checkEnd({ sessionId, turnId, events }: TurnRecord): Violation[] {
  const ids = { sessionId, turnId };
  const ends = events.filter(isEnd);
  const [first] = ends;
  const list = (some: readonly Event[]) => some.map(({ seq, type }) => `${type} as ${seq}`).join(", ");
  if (first === undefined) {
    const promised = "a turn comes to an end";
    return [toViolation({ promised, seen: `its last event is ${list(events.slice(-1))}`, ids })];
  }
  if (ends.length > 1) return [toViolation({ promised: "a turn ends once", seen: list(ends), ids })];
  const later = events.filter(({ seq }) => seq > first.seq);
  if (later.length === 0) return [];
  const promised = "a turn's end is its last event";
  return [toViolation({ promised, seen: `${list([first])}, then ${list(later)}`, ids })];
}

/** An answer may be lost, so a turn may also belong to a key that has no acknowledgement; but to one key only. */
function findUnasked(keys: readonly KeyRecord[], turns: readonly TurnRecord[]): Violation[] {
  const acknowledged = new Set(keys.flatMap(({ turnIds }) => turnIds));
  const free = new Set(keys.filter(({ turnIds, isRefused }) => turnIds.length === 0 && !isRefused));
  return turns.flatMap((turn) => {
    if (acknowledged.has(turn.turnId)) return [];
    const asked = keys.filter((key) => key.sessionId === turn.sessionId && key.prompt === promptOf(turn));
    const owner = asked.find((key) => free.has(key));
    if (owner && free.delete(owner)) return [];
    return [describeUnasked(turn, asked)];
  });
}

function describeUnasked({ sessionId, turnId }: TurnRecord, [asked]: readonly KeyRecord[]): Violation {
  if (asked === undefined) {
    const promised = "no turn is there that nobody asked for";
    return toViolation({ promised, seen: "a turn with a prompt that no caller sent", ids: { sessionId, turnId } });
  }
  const ids = { sessionId, turnId, key: asked.key };
  if (asked.isRefused)
    return toViolation({ promised: "a refused prompt does not run", seen: "a turn with its prompt", ids });
  const seen = `a turn besides ${asked.turnIds.join(", ") || "another of the same prompt"}`;
  return toViolation({ promised: "a key has one turn", seen, ids });
}

function toViolation(found: Omit<Violation, "promise">): Violation {
  return { promise: "R1", ...found };
}
