import type { SessionId } from "@cc-docker/protocol";
import { expect, it } from "vitest";
import { openInProcessBus } from "../../ports/bus/drivers/in-process.ts";
import { createRecentEvents } from "./recent-events.ts";
import { createWalk, type EventPage } from "./walk.ts";

const ID = "00000000-0000-4000-8000-000000000001" as SessionId;
const rows = (...seqs: number[]) => seqs.map((seq) => ({ seq, json: `{"seq":${seq}}` }));
const of = (page: EventPage) => ({ page, last: page.at(-1)?.seq ?? 0 });

it("a walk misses nothing when an earlier ring is heard after a later one", async () => {
  const bus = openInProcessBus({ onError: () => undefined });
  const recent = createRecentEvents();
  const log: EventPage[] = [];
  let reads = 0;
  const read = async (after: number) => {
    reads += 1;
    const left = log.flat().filter(({ seq }) => seq > after);
    return left.length > 0 ? of(left) : undefined;
  };
  const end = new AbortController();
  const seen: number[] = [];
  const walk = createWalk({ bus, recent, requireLog: async () => undefined });
  const from = { after: 0, admit: async () => undefined, signal: end.signal };
  const walking = walk(ID, from, { of, read }, (page) => void seen.push(...page.map(({ seq }) => seq)));
  await expect.poll(() => reads).toBe(1);
  await new Promise(setImmediate); // now it waits
  log.push(rows(1), rows(2));
  bus.publish(`events:${ID}`, 2);
  recent.add(ID, rows(1));
  bus.publish(`events:${ID}`, 1);
  await expect.poll(() => seen).toEqual([1, 2]);
  end.abort();
  await walking;
  await bus.close();
});
