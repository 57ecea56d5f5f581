import type { History } from "../../tests/harness/history/history.ts";
import { isEnd } from "../../tests/harness/history/read-history.ts";

/** How much happened: a run in which nothing happens proves nothing. */
export type Counts = Record<string, number>;

export function countHistory({ entries }: History): Counts {
  const [keys, sessions, events] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const counts: Counts = { sessions: 0, prompts: 0, acknowledgements: 0, events: 0, deliveries: 0 };
  const add = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  for (const entry of entries) {
    if (entry.kind === "called") keys.add(entry.key);
    if (entry.kind === "called") sessions.add(entry.sessionId);
    if (entry.kind === "acknowledged") add("acknowledgements");
    if (entry.kind === "refused") add(`refused with ${entry.code}`);
    if (entry.kind === "disturbed") add(`subscriptions disturbed by ${entry.code}`);
    if (entry.kind !== "delivered") continue;
    const { event } = entry;
    const name = `${event.sessionId} ${event.seq}`;
    add("deliveries");
    if (isEnd(event) && !events.has(name)) add(event.type);
    events.add(name);
  }
  return { ...counts, sessions: sessions.size, prompts: keys.size, events: events.size };
}
