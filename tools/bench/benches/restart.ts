/** A gateway that is killed amid twenty sessions at work: how soon the next one serves, and what its subscribers miss. */
import { setTimeout as delay } from "node:timers/promises";
import { type Client, createClient } from "@cc-docker/client";
import { type Gateway, openGateway } from "../../chaos/stand/gateway.ts";
import { startModel } from "../../chaos/stand/model.ts";
import { type BusySession, openBusySession } from "../arms/busy-session.ts";
import type { BenchContext } from "../bench-context.ts";
import { withinSample } from "../or-abort.ts";
import type { Outcome } from "../outcome.ts";
import { createStreamTap, type StreamTap } from "../stand/tap-streams.ts";
import { untilHealthy } from "../stand/until-healthy.ts";
import { summarize } from "../stats.ts";

const SESSIONS = 20;
const SAMPLES = 30;
const TARGET_MS = 2000;
/** As many kills as fit. */
const KILLING_MS = 150_000;
/** Most turns end before they are disturbed again: a call that breaks time and again is repeated later and later. */
const PEACE_MS = 2000;
const POLL_MS = 2;
const PROMPT = "stream: 15 words every 100ms";

/** From the start of the process. */
type Times = { healthyMs: number; servingMs: number; followingMs: number; hearingMs: number };

export async function restart(context: BenchContext): Promise<Outcome> {
  const { docker, image, signal, samples = SAMPLES, onProgress } = context;
  await using model = await startModel(signal);
  const died = new AbortController();
  const onDied = (lastLine: string) => died.abort(new Error(`the gateway ended by itself: ${lastLine}`));
  const stand = { engineHost: undefined, image, modelUrl: model.url, sweeps: docker, onLine: () => undefined };
  await using gateway = await openGateway({ ...stand, onDied, signal });
  const tap = createStreamTap();
  const client = createClient({ url: gateway.url, token: gateway.token, fetch: tap.fetch });
  const limits = AbortSignal.any([signal, died.signal]);
  const sessions = await openSessions(client, limits);
  for (const session of sessions) session.begin();
  await until(() => sessions.every((session) => session.isSpeaking()), limits);
  onProgress(`${SESSIONS} sessions are at work`);
  const times = await killAndKill({ gateway, client, tap, sessions, samples, signal: limits });
  await Promise.all(sessions.map((session) => session.finish()));
  died.abort(); // the followers end with it; the gateway's own end is no death any more
  return toOutcome(times, sessions, tap);
}

async function openSessions(client: Client, signal: AbortSignal): Promise<BusySession[]> {
  const sessions: BusySession[] = [];
  while (sessions.length < SESSIONS) sessions.push(await openBusySession({ client, prompt: PROMPT, signal }));
  return sessions;
}

type Killing = {
  gateway: Gateway;
  client: Client;
  tap: StreamTap;
  sessions: BusySession[];
  samples: number;
  signal: AbortSignal;
};

async function killAndKill(killing: Killing): Promise<Times[]> {
  const times: Times[] = [];
  const deadline = performance.now() + KILLING_MS;
  while (times.length < killing.samples && performance.now() < deadline) {
    await delay(PEACE_MS, undefined, { signal: killing.signal });
    times.push(await killOnce(killing));
  }
  return times;
}

async function killOnce({ gateway, client, tap, sessions, signal }: Killing): Promise<Times> {
  await gateway.kill();
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  const healthy = untilHealthy(gateway.url, signal).then(() => performance.now());
  const all = Promise.all([
    healthy.then(since),
    untilServed(client, signal).then(since),
    until(() => sessions.every(({ id }) => tap.openedAt(id) > startedAt), signal).then(since),
    healthy.then((at) => until(() => sessions.every(({ heardAt }) => heardAt() > at), signal)).then(since),
    gateway.start(),
  ]);
  const [healthyMs, servingMs, followingMs, hearingMs] = await withinSample(all, signal);
  return { healthyMs, servingMs, followingMs, hearingMs };
}

async function untilServed(client: Client, signal: AbortSignal): Promise<void> {
  for (;;) {
    const isServed = await client.sessions.list.query({ limit: 1 }, { signal }).then(
      () => true,
      () => false,
    );
    if (isServed) return;
    await delay(POLL_MS, undefined, { signal });
  }
}

async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
  while (!holds()) await delay(POLL_MS, undefined, { signal });
}

function toOutcome(times: Times[], sessions: BusySession[], tap: StreamTap): Outcome {
  const [healthy, serving, following, hearing] = (["healthyMs", "servingMs", "followingMs", "hearingMs"] as const).map(
    (of) => times.map((one) => one[of]),
  ) as [number[], number[], number[], number[]];
  const misplaced = sessions.reduce((total, session) => total + session.misplaced(), 0);
  return {
    arms: [
      { name: "process start → /health answers 200", unit: "ms", samples: healthy },
      { name: "process start → first call answered", unit: "ms", samples: serving },
      { name: "process start → last subscriber follows again", unit: "ms", samples: following },
      { name: "process start → last subscriber hears of its agent", unit: "ms", samples: hearing },
    ],
    findings: [
      { what: "healthy, worst", value: summarize(healthy).max, unit: "ms", target: TARGET_MS },
      { what: "serving, worst", value: summarize(serving).max, unit: "ms", target: TARGET_MS },
      { what: "every subscriber following again, p50", value: summarize(following).p50, unit: "ms" },
      { what: "gaps in the streams", value: tap.gaps, unit: "events", target: 0 },
      { what: "duplicates in the streams", value: tap.duplicates, unit: "events", target: 0 },
      { what: "events out of place at the subscribers", value: misplaced, unit: "events", target: 0 },
    ],
    notes: [
      `${sessions.length} sessions, each with a turn that streams and one subscriber; ${times.length} times kill -9`,
      "Claude Code repeats the model call that broke after half a second or more; before that it has little to say",
    ],
  };
}
