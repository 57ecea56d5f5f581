/** P4: the durable relay, agent event → log on disk → one subscriber, against the same events over a bare pipe and stream. */
import type { Client } from "@cc-docker/client";
import { openGatewaySession } from "../arms/gateway-session.ts";
import { openRawRelay } from "../arms/raw-relay.ts";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Outcome } from "../outcome.ts";
import { buildStandInImage } from "../stand/stand-in-image.ts";
import { startGateway } from "../stand/start-gateway.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
/** Some seconds of a very talkative agent. */
const EVENTS = 20_000;
/** Code is compiled, files have their size. */
const WARM_UPS = 3;

export async function append(context: BenchContext): Promise<Outcome> {
  const { docker, signal, samples = SAMPLES } = context;
  await using image = await buildStandInImage(docker, context.image);
  await using gateway = await startGateway({ docker, image: image.tag, signal });
  await using raw = await openRawRelay(signal);
  await using ours = await openDurableRelay(gateway.client, signal);
  for (let n = 0; n < WARM_UPS; n += 1) await Promise.all([raw.relay(EVENTS), ours.relay(EVENTS)]);

  const taken = { raw: [] as number[], ours: [] as number[] };
  const takings = [
    { count: samples, take: async () => void taken.raw.push(await raw.relay(EVENTS)) },
    { count: samples, take: async () => void taken.ours.push(await ours.relay(EVENTS)) },
  ];
  await interleave(takings, signal);
  return toOutcome(taken);
}

async function openDurableRelay(client: Client, signal: AbortSignal) {
  const session = await openGatewaySession(client, signal);

  async function relay(events: number): Promise<number> {
    const startedAt = performance.now();
    await session.turn(String(events), startedAt);
    return events / ((performance.now() - startedAt) / 1000);
  }

  return { relay, [Symbol.asyncDispose]: async () => session[Symbol.asyncDispose]() };
}

function toOutcome({ raw, ours }: Record<"raw" | "ours", number[]>): Outcome {
  const [rawP50, oursP50] = [raw, ours].map((samples) => summarize(samples).p50) as [number, number];
  return {
    arms: [
      { name: "raw: pipe → one write of a stream each", unit: "events/s", samples: raw },
      { name: "ours: container → log, synced → subscriber", unit: "events/s", samples: ours },
    ],
    findings: [
      { what: "ours, p50", value: oursP50, unit: "events/s", target: 15_000, atLeast: true },
      { what: "ours / raw, p50", value: oursP50 / rawP50, unit: "x", target: 0.5, atLeast: true },
    ],
    notes: [
      `bursts of ${EVENTS} token deltas, from the prompt to the last one parsed by its reader`,
      "the agent is a stand-in; wrapper, link, gateway and client are those that are shipped",
      "for rates p95, p99 and max are the best samples, not the worst",
    ],
  };
}
