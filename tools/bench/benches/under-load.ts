/** P13: how long the gateway's event loop is held up while an agent talks as fast as it can and a thousand listen to another. */
import { setTimeout as delay } from "node:timers/promises";
import { type FanOut, openGatewayFanOut } from "../arms/fan-out.ts";
import { type GatewaySession, openGatewaySession } from "../arms/gateway-session.ts";
import { OURS } from "../arms/ways.ts";
import type { BenchContext } from "../bench-context.ts";
import type { Outcome } from "../outcome.ts";
import { openProbe, type Probe } from "../stand/open-probe.ts";
import { buildStandInImage } from "../stand/stand-in-image.ts";
import { startGateway } from "../stand/start-gateway.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
const SUBSCRIBERS = 1000;
/** A burst of the talker's. */
const EVENTS = 20_000;
const HEALTH_EVERY_MS = 50;
const TARGET = { delayMs: 20, healthMs: 50 };

type Taken = Record<"health" | "p99" | "max", number[]>;

export async function underLoad(context: BenchContext): Promise<Outcome> {
  const { docker, signal, samples = SAMPLES, onProgress } = context;
  await using image = await buildStandInImage(docker, context.image);
  await using probe = await openProbe();
  const { settings } = probe;
  await using gateway = await startGateway({ docker, image: image.tag, settings, signal });
  await using talker = await openGatewaySession(gateway.client, signal);
  await talker.turn(String(EVENTS)); // code is compiled
  const alone = await measure({ url: gateway.url, probe, samples, act: () => talker.turn(String(EVENTS)) });
  onProgress("the talker alone is done");
  const [wayTo] = Object.values(OURS) as [(typeof OURS)[string]];
  await using listeners = await openGatewayFanOut({ gateway, wayTo, count: SUBSCRIBERS, signal });
  await listeners.measure();
  const both = await measure({ url: gateway.url, probe, samples, act: () => together(talker, listeners) });
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

type Measure = { url: string; probe: Probe; samples: number; act: () => Promise<unknown> };

async function measure({ url, probe, samples, act }: Measure): Promise<Taken> {
  const taken: Taken = { health: [], p99: [], max: [] };
  for (let n = 0; n < samples; n += 1) {
    let isOver = false;
    await probe.ask();
    const acting = act().finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const startedAt = performance.now();
      await fetch(`${url}/health`).then((answer) => answer.arrayBuffer());
      taken.health.push(performance.now() - startedAt);
      await delay(HEALTH_EVERY_MS);
    }
    await acting;
    const { p99, max } = (await probe.ask()).delay;
    taken.p99.push(p99);
    taken.max.push(max);
  }
  return taken;
}

function toOutcome(alone: Taken, both: Taken): Outcome {
  const arms = Object.entries({ "the talker": alone, "the talker and the listeners": both }).flatMap(
    ([name, taken]) => [
      { name: `${name}: /health`, unit: "ms" as const, samples: taken.health },
      { name: `${name}: event loop delay, p99 of a sample`, unit: "ms" as const, samples: taken.p99 },
      { name: `${name}: event loop delay, longest of a sample`, unit: "ms" as const, samples: taken.max },
    ],
  );
  return {
    arms,
    findings: [
      { what: "the talker: /health, p95", value: summarize(alone.health).p95, unit: "ms", target: TARGET.healthMs },
      {
        what: "both: event loop delay p99, p50 of the samples",
        value: summarize(both.p99).p50,
        unit: "ms",
        target: TARGET.delayMs,
      },
    ],
    notes: [
      `the talker: bursts of ${EVENTS} token deltas, as fast as they are taken; ${SUBSCRIBERS} listeners of another session, 10 events a second`,
      "agents, wrappers, gateway and subscribers share this machine's cores: what waits for a core counts as delay",
    ],
  };
}
