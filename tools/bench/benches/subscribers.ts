/** P6: what the gateway keeps in memory for each subscriber of a session where nothing happens. */
import { join } from "node:path";
import { STAND, subscribe, type Way } from "../arms/fan-out.ts";
import { OURS } from "../arms/ways.ts";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Arm, Outcome } from "../outcome.ts";
import { openFilledGateway } from "../stand/filled-gateway.ts";
import { forkChild } from "../stand/fork-child.ts";
import { openProbe } from "../stand/open-probe.ts";
import { readPssMb } from "../stand/read-pss.ts";
import { summarize } from "../stats.ts";

/** Each in a gateway of its own: memory that was used once stays with the process. */
const SAMPLES = 5;
/** The first ones come with what the process needs once. */
const FIRST = 1000;
const SUBSCRIBERS = 4000;
const TARGET_KB = 30;
const EVENTS = 10;
const RAW = "raw SSE";

export async function subscribers(context: BenchContext): Promise<Outcome> {
  const { signal, samples = SAMPLES } = context;
  const measures: [string, () => Promise<number>][] = [
    [RAW, () => measureRaw(signal)],
    ...Object.entries(OURS).map(([name, wayTo]): [string, () => Promise<number>] => [
      name,
      () => measureOurs(context, wayTo),
    ]),
  ];
  const takings = measures.map(([name, take]) => {
    const arm: Arm = { name, unit: "KB", samples: [] };
    return { arm, count: samples, take: async () => void arm.samples.push(await take()) };
  });
  await interleave(takings, signal);
  const arms = takings.map(({ arm }) => arm);
  const findings = arms.map(({ name, samples: taken }) => ({
    what: `${name}: each subscriber, p50`,
    value: summarize(taken).p50,
    unit: "KB" as const,
    ...(name !== RAW && { target: TARGET_KB }),
  }));
  return {
    arms,
    findings,
    notes: [
      `${SUBSCRIBERS} more than ${FIRST} subscribers; the kernel's buffers do not count`,
      "garbage is collected, and the young generation emptied: it grows with work, and not with what is kept",
    ],
  };
}

async function measureOurs({ docker, image, signal }: BenchContext, wayTo: (sessionId: string) => Way) {
  await using probe = await openProbe();
  await using filled = await openFilledGateway({ docker, image, size: EVENTS, settings: probe.settings, signal });
  const { url, token, pid } = filled.gateway;
  const way = wayTo(filled.talker);
  const settled = () => probe.askSettled();
  const open = (count: number) => subscribe({ url, token, ...way, count, signal });
  return await growthOf({ pid, settled, open });
}

async function measureRaw(signal: AbortSignal): Promise<number> {
  await using probe = await openProbe();
  await using server = await forkChild(join(STAND, "raw-server.ts"), [], signal, probe.settings);
  const { url, pid } = server;
  const open = (count: number) => subscribe({ url, path: "/", count, signal });
  return await growthOf({ pid, settled: () => probe.askSettled(), open });
}

type Growing = { pid: number; settled: () => Promise<unknown>; open: (count: number) => Promise<AsyncDisposable> };

/** @returns KB a subscriber */
async function growthOf({ pid, settled, open }: Growing): Promise<number> {
  await using _first = await open(FIRST);
  await settled();
  const before = await readPssMb(pid);
  await using _others = await open(SUBSCRIBERS);
  await settled();
  return (((await readPssMb(pid)) - before) * 1000) / SUBSCRIBERS;
}
