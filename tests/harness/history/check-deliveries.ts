/** R3: what each cursor received, and whether all cursors of a session received the same. */
import { isDeepStrictEqual } from "node:util";
import type { Event } from "@cc-docker/client";
import { ERRORS } from "@cc-docker/protocol";
import type { Entry, Following } from "./history.ts";
import type { Violation } from "./violation.ts";

/** `lastSeqs`: the number of each session's newest event, when it is known that nothing is added any more. */
export function checkDeliveries(entries: readonly Entry[], lastSeqs: ReadonlyMap<string, number>): Violation[] {
  const cursors = createCursors();
  const first = new Map<string, { subscriber: string; event: Event }>();
  const found = entries.flatMap((entry) => {
    if (entry.kind === "followed") cursors.open(entry, entry.after);
    if (entry.kind === "disturbed") return checkDisturbance(entry);
    return entry.kind === "delivered" ? [...cursors.take(entry), ...compare(entry)] : [];
  });
  return [...found, ...cursors.findBehind(lastSeqs)];

  function compare({ subscriber, event }: { subscriber: string; event: Event }): Violation[] {
    const { sessionId, seq } = event;
    const name = `${sessionId} ${seq}`;
    const earlier = first.get(name) ?? { subscriber, event };
    first.set(name, earlier);
    if (isDeepStrictEqual(earlier.event, event)) return [];
    const seen = `${JSON.stringify(event)}, while ${earlier.subscriber} got ${JSON.stringify(earlier.event)}`;
    return [toViolation("an event is the same for all", seen, { subscriber, sessionId, seq })];
  }
}

function createCursors() {
  const cursors = new Map<string, Following & { seq: number }>();

  function open({ subscriber, sessionId }: Following, after: number) {
    const name = `${subscriber} ${sessionId}`;
    const cursor = cursors.get(name) ?? { subscriber, sessionId, seq: after };
    cursors.set(name, cursor);
    return cursor;
  }

  function take({ subscriber, event: { sessionId, seq } }: { subscriber: string; event: Event }): Violation[] {
    const cursor = open({ subscriber, sessionId }, 0);
    const expected = cursor.seq + 1;
    cursor.seq = Math.max(cursor.seq, seq);
    if (seq === expected) return [];
    const seen = seq > expected ? `${seq}, so a gap` : `${seq}, which is not new`;
    return [toViolation(`event ${expected} is next`, seen, { subscriber, sessionId, seq })];
  }

  function findBehind(lastSeqs: ReadonlyMap<string, number>): Violation[] {
    return [...cursors.values()].flatMap(({ seq, ...following }) => {
      const lastSeq = lastSeqs.get(following.sessionId) ?? seq;
      if (seq === lastSeq) return [];
      return [toViolation(`all events up to ${lastSeq} arrive`, `the last was ${seq}`, following)];
    });
  }

  return { open, take, findBehind };
}

/** A gateway that is away is no fault. INTERNAL is how the client reports a gap; a 4xx ends a subscription for good. */
function checkDisturbance({ subscriber, sessionId, code }: Following & { code: keyof typeof ERRORS }): Violation[] {
  if (code !== "INTERNAL" && ERRORS[code].http >= 500) return [];
  return [toViolation("a subscription goes on until it is left", code, { subscriber, sessionId })];
}

function toViolation(promised: string, seen: string, ids: Violation["ids"]): Violation {
  return { promise: "R3", promised, seen, ids };
}
