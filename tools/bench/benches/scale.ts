/** P10: what a call costs the store with a thousand sessions and events, and with a million. */
import { randomInt } from "node:crypto";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Arm, Finding, Outcome } from "../outcome.ts";
import { eventRow, type FilledStore, fillStore } from "../stand/fill-store.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 300;
const [SMALL, LARGE] = [1_000, 1_000_000];
const TARGET = 1.3;
/** Every session at work has been looked at. */
const WARM_UPS = 300;
const PAGE = 50;
const APPENDED = 10;

type Operation = (filled: FilledStore) => Promise<unknown>;

const OPERATIONS: Record<string, Operation> = {
  "list, newest": ({ store, owner }) => store.listSessions({ owner, limit: PAGE }),
  "list, from anywhere": ({ store, owner, size }) =>
    store.listSessions({ owner, limit: PAGE, before: randomInt(PAGE + 1, size) }),
  "list, of a rare status": ({ store, owner }) => store.listSessions({ owner, limit: PAGE, status: "failed" }),
  "list, of the usual status": ({ store, owner }) => store.listSessions({ owner, limit: PAGE, status: "stopped" }),
  "list, what reconcile looks at": ({ store }) => store.listUnsettledSessions(),
  "get a session at work": ({ store, ids }) => store.findSession(ids[randomInt(ids.length)] as FilledStore["talker"]),
  "get a page of events": ({ store, talker, size }) =>
    store.readEvents(talker, { after: randomInt(size - PAGE), limit: PAGE, maxBytes: 1024 * 1024 }),
  "append events, synced": appendSome,
};

export async function scale({ signal, samples = SAMPLES, onProgress }: BenchContext): Promise<Outcome> {
  await using small = await fillStore(SMALL, signal);
  await using large = await fillStore(LARGE, signal);
  onProgress(`${LARGE} sessions and events are there`);
  const arms: Arm[] = [];
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    arms.push(...(await compare(name, operation, { small, large, samples, signal })));
  }
  return { arms, findings: toFindings(arms), notes: ["of one owner; the log is one session's"] };
}

type Compare = { small: FilledStore; large: FilledStore; samples: number; signal: AbortSignal };

async function compare(name: string, operation: Operation, { small, large, samples, signal }: Compare): Promise<Arm[]> {
  const arms = [small, large].map((filled): { arm: Arm; filled: FilledStore } => ({
    arm: { name: `${name}: ${filled.size}`, unit: "µs", samples: [] },
    filled,
  }));
  for (let n = 0; n < WARM_UPS; n += 1) for (const { filled } of arms) await operation(filled);
  const takings = arms.map(({ arm, filled }) => ({
    count: samples,
    take: async () => void arm.samples.push(await time(() => operation(filled))),
  }));
  await interleave(takings, signal);
  return arms.map(({ arm }) => arm);
}

async function time(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return (performance.now() - startedAt) * 1000;
}

/** As a batch of a wrapper's is taken in: the row, the events, the row. */
async function appendSome({ store, talker }: FilledStore): Promise<void> {
  await store.write(async (tx) => {
    const { lastSeq = 0 } = (await tx.findSession(talker)) ?? {};
    const events = Array.from({ length: APPENDED }, (_, index) => eventRow(talker, lastSeq + index + 1));
    await tx.insertEvents(talker, events);
    await tx.updateSession(talker, { lastSeq: lastSeq + APPENDED });
  });
}

function toFindings(arms: readonly Arm[]): Finding[] {
  return Object.keys(OPERATIONS).map((name, index) => {
    const [small, large] = arms.slice(2 * index, 2 * index + 2).map(({ samples }) => summarize(samples).p50);
    return { what: `${name}: 10^6 / 10^3, p50`, value: (large ?? NaN) / (small ?? NaN), unit: "x", target: TARGET };
  });
}
