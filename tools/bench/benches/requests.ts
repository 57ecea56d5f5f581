/** P11: a session is asked for, time and again, with a token, against a plain server that always says the same. */
import { join } from "node:path";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import { withinSample } from "../or-abort.ts";
import type { Arm, Outcome } from "../outcome.ts";
import { openFilledGateway } from "../stand/filled-gateway.ts";
import { type Child, forkChild } from "../stand/fork-child.ts";
import type { RequestsOptions } from "../stand/requests.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
const SAMPLE_MS = 1000;
const CONNECTIONS = 16;
const SESSIONS = 1000;
const TARGET = 0.3;
const RAW = "plain Node http";

export async function requests({ docker, image, signal, samples = SAMPLES }: BenchContext): Promise<Outcome> {
  await using filled = await openFilledGateway({ docker, image, size: SESSIONS, signal });
  const { talker } = filled;
  const { url, token, client } = filled.gateway;
  const body = JSON.stringify({ result: { data: await client.sessions.get.query({ sessionId: talker }) } });
  await using plain = await forkChild(join(import.meta.dirname, "../stand/serve-answer.ts"), [body], signal);
  const input = encodeURIComponent(JSON.stringify({ sessionId: talker }));
  const asked: Record<string, Omit<RequestsOptions, "connections">> = {
    [RAW]: { url: plain.url, path: "/" },
    "ours, tRPC": { url, token, path: `/trpc/sessions.get?input=${input}` },
    "ours, REST": { url, token, path: `/api/v1/sessions/${talker}` },
  };
  await using stack = new AsyncDisposableStack();
  const takings = [];
  for (const [name, options] of Object.entries(asked)) {
    const asker = stack.use(await openAsker(options, signal));
    const arm: Arm = { name, unit: "calls/s", samples: [] };
    await ask(asker, signal); // code is compiled
    takings.push({ arm, count: samples, take: async () => void arm.samples.push(await ask(asker, signal)) });
  }
  await interleave(takings, signal);
  return toOutcome(takings.map(({ arm }) => arm));
}

function openAsker(options: Omit<RequestsOptions, "connections">, signal: AbortSignal): Promise<Child> {
  const all: RequestsOptions = { ...options, connections: CONNECTIONS };
  return forkChild(join(import.meta.dirname, "../stand/requests.ts"), [JSON.stringify(all)], signal);
}

async function ask(asker: Child, signal: AbortSignal): Promise<number> {
  const told = withinSample(asker.hear(), signal);
  asker.tell({ ms: SAMPLE_MS });
  return ((await told) as { perSecond: number }).perSecond;
}

function toOutcome(arms: Arm[]): Outcome {
  const p50 = (wanted: string) => summarize(arms.find(({ name }) => name === wanted)?.samples ?? []).p50;
  const ours = arms.map(({ name }) => name).filter((name) => name !== RAW);
  return {
    arms,
    findings: ours.map((name) => ({
      what: `${name} / plain, p50`,
      value: p50(name) / p50(RAW),
      unit: "x",
      target: TARGET,
      atLeast: true,
    })),
    notes: [
      `${CONNECTIONS} connections, each of which waits for its answer; the answers are alike`,
      "for rates p95, p99 and max are the best samples, not the worst",
    ],
  };
}
