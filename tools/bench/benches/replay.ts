/** P12: a long log to a subscriber who has nothing of it yet, against a plain server that sends the same bytes. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Outcome } from "../outcome.ts";
import { eventRow } from "../stand/fill-store.ts";
import { openFilledGateway } from "../stand/filled-gateway.ts";
import { forkChild } from "../stand/fork-child.ts";
import { openProbe, type Probe } from "../stand/open-probe.ts";
import { readBytes } from "../stand/read-bytes.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
const EVENTS = 100_000;
const WARM_UPS = 3;
const LOOK_EVERY_MS = 10;

export async function replay({ docker, image, signal, samples = SAMPLES }: BenchContext): Promise<Outcome> {
  await using probe = await openProbe();
  const filling = { docker, image, size: EVENTS, settings: probe.settings, signal };
  await using filled = await openFilledGateway(filling);
  const { dataDir, talker } = filled;
  const text = Array.from({ length: EVENTS }, (_, index) => toMessage(talker, index + 1)).join("");
  await writeFile(join(dataDir, "replay.txt"), text);
  const bytes = Buffer.byteLength(text);
  await using plain = await forkChild(
    join(import.meta.dirname, "../stand/serve-file.ts"),
    [join(dataDir, "replay.txt")],
    signal,
  );
  const input = encodeURIComponent(JSON.stringify({ sessionId: talker, lastEventId: 0 }));
  const { url, token } = filled.gateway;
  const ours = () => readBytes({ url, token, path: `/trpc/events.follow?input=${input}`, bytes, signal });
  const raw = () => readBytes({ url: plain.url, path: "/", bytes, signal });
  for (let n = 0; n < WARM_UPS; n += 1) await Promise.all([raw(), ours()]);

  const taken = { raw: [] as number[], ours: [] as number[], growth: [] as Growth[] };
  const takings = [
    { count: samples, take: async () => void taken.raw.push(await raw()) },
    { count: samples, take: async () => void taken.ours.push(await ours()) },
  ];
  await interleave(takings, signal);
  for (let n = 0; n < samples; n += 1) taken.growth.push(await growthOf(probe, ours));
  return toOutcome(taken, bytes);
}

function toMessage(sessionId: Parameters<typeof eventRow>[0], seq: number): string {
  return `data: ${eventRow(sessionId, seq).json}\nid: ${seq}\n\n`;
}

type Growth = { heap: number; external: number };

/** The most that the heap grew, and what hangs from it, in MB; what waits for its collection counts. */
async function growthOf(probe: Probe, act: () => Promise<unknown>): Promise<Growth> {
  const before = await probe.askSettled();
  const most = { heap: 0, external: 0 };
  const look = async () => {
    const { heapUsed, external } = await probe.ask();
    most.heap = Math.max(most.heap, (heapUsed - before.heapUsed) / 1e6);
    most.external = Math.max(most.external, (external - before.external) / 1e6);
  };
  const looking = setInterval(() => void look(), LOOK_EVERY_MS);
  await act();
  clearInterval(looking);
  await look();
  return most;
}

type Taken = Record<"raw" | "ours", number[]> & { growth: Growth[] };

function toOutcome({ raw, ours, growth }: Taken, bytes: number): Outcome {
  const heap = growth.map((one) => one.heap);
  const [rawP50, oursP50] = [raw, ours].map((samples) => summarize(samples).p50) as [number, number];
  return {
    arms: [
      { name: "plain server, from a file", unit: "ms", samples: raw },
      { name: "ours, from the log", unit: "ms", samples: ours },
      { name: "ours, growth of the heap", unit: "MB", samples: heap },
      { name: "ours, growth of buffers outside of it", unit: "MB", samples: growth.map(({ external }) => external) },
    ],
    findings: [
      { what: "speed: plain / ours, p50", value: rawP50 / oursP50, unit: "x", target: 0.5, atLeast: true },
      { what: "growth of the heap, worst", value: summarize(heap).max, unit: "MB", target: 20 },
    ],
    notes: [`${EVENTS} events, ${(bytes / 1e6).toFixed(1)} MB, to a reader that looks at none of it`],
  };
}
