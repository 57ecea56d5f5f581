/** P13: how long the gateway's event loop is held up while an agent talks as fast as it can and a thousand listen to another. */
import { join } from "node:path";
import { type FanOut, openGatewayFanOut } from "../arms/fan-out.ts";
import { type GatewaySession, openGatewaySession } from "../arms/gateway-session.ts";
import { OURS } from "../arms/ways.ts";
import type { BenchContext } from "../bench-context.ts";
import type { Arm, Outcome } from "../outcome.ts";
import { type Child, forkChild } from "../stand/fork-child.ts";
import { openProbe, type Probe, type Probed } from "../stand/open-probe.ts";
import { buildStandInImage } from "../stand/stand-in-image.ts";
import { startGateway } from "../stand/start-gateway.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
const SUBSCRIBERS = 1000;
/** A burst of the talker's. */
const EVENTS = 20_000;
const TARGET = { delayMs: 20, healthMs: 50 };

const BYSTANDER = join(import.meta.dirname, "../stand/bystander.ts");

/** What the loop of the bystander is late by, any loop on this machine is. */
type Taken = { health: number[]; gateway: Probed[]; bystander: Probed[] };
type Bystander = { process: Child; probe: Probe };

export async function underLoad(context: BenchContext): Promise<Outcome> {
  const { docker, signal, samples = SAMPLES, onProgress } = context;
  await using image = await buildStandInImage(docker, context.image);
  await using probe = await openProbe();
  await using bystanderProbe = await openProbe();
  await using asking = await forkChild(BYSTANDER, [], signal, bystanderProbe.settings);
  const bystander = { process: asking, probe: bystanderProbe };
  await using gateway = await startGateway({ docker, image: image.tag, settings: probe.settings, signal });
  await using talker = await openGatewaySession(gateway.client, signal);
  await talker.turn(String(EVENTS)); // code is compiled
  const measured = { url: gateway.url, gateway: probe, bystander, samples };
  const alone = await measure({ ...measured, act: () => talker.turn(String(EVENTS)) });
  onProgress("the talker alone is done");
  const [wayTo] = Object.values(OURS) as [(typeof OURS)[string]];
  await using listeners = await openGatewayFanOut({ gateway, wayTo, count: SUBSCRIBERS, signal });
  await listeners.measure();
  const both = await measure({ ...measured, act: () => together(talker, listeners) });
  return toOutcome(alone, both);
}

/** The talker talks for as long as the listeners are served. */
async function together(talker: GatewaySession, listeners: FanOut): Promise<void> {
  let isOver = false;
  const served = listeners.measure().finally(() => {
    isOver = true;
  });
  while (!isOver) await talker.turn(String(EVENTS));
  await served;
}

type Measure = { url: string; gateway: Probe; bystander: Bystander; samples: number; act: () => Promise<unknown> };

async function measure({ url, gateway, bystander, samples, act }: Measure): Promise<Taken> {
  const taken: Taken = { health: [], gateway: [], bystander: [] };
  for (let n = 0; n < samples; n += 1) {
    await Promise.all([gateway.ask(), bystander.probe.ask()]);
    bystander.process.tell(`${url}/health`);
    await act();
    const answered = bystander.process.hear();
    bystander.process.tell("enough");
    taken.health.push(...((await answered) as number[]));
    taken.gateway.push(await gateway.ask());
    taken.bystander.push(await bystander.probe.ask());
  }
  return taken;
}

function toOutcome(alone: Taken, both: Taken): Outcome {
  return {
    arms: [...armsOf("the talker", alone), ...armsOf("both", both)],
    findings: [
      { what: "the talker: /health, p95", value: summarize(alone.health).p95, unit: "ms", target: TARGET.healthMs },
      {
        what: "both: event loop delay p99, p50 of the samples",
        value: summarize(both.gateway.map(({ delay: { p99 } }) => p99)).p50,
        unit: "ms",
        target: TARGET.delayMs,
      },
      {
        what: "both: the same of a bystander",
        value: summarize(both.bystander.map(({ delay: { p99 } }) => p99)).p50,
        unit: "ms",
      },
    ],
    notes: [
      `the talker: bursts of ${EVENTS} token deltas, as fast as they are taken; both: and ${SUBSCRIBERS} listeners of another session, 10 events a second`,
      "agents, wrappers, gateway and subscribers share this machine's cores: what waits for a core counts as delay, not as work",
      "the bystander is a process that does nothing but ask for /health",
    ],
  };
}

function armsOf(load: string, { health, gateway, bystander }: Taken): Arm[] {
  return [
    { name: `${load}: /health`, unit: "ms", samples: health },
    ...spread(`${load}: event loop, delay`, gateway, "delay"),
    ...spread(`${load}: event loop, work between turns`, gateway, "work"),
    ...spread(`${load}: bystander, delay`, bystander, "delay"),
  ];
}

function spread(name: string, taken: readonly Probed[], kind: "delay" | "work"): Arm[] {
  return [
    { name: `${name}, p99 of a sample`, unit: "ms", samples: taken.map((probed) => probed[kind].p99) },
    { name: `${name}, longest of a sample`, unit: "ms", samples: taken.map((probed) => probed[kind].max) },
  ];
}
