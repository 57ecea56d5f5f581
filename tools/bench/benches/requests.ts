/** P11: a session is asked for, time and again, with a token, against a plain server that always says the same. */
import { join } from "node:path";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import { withinSample } from "../or-abort.ts";
import type { Arm, Finding, Outcome } from "../outcome.ts";
import { openFilledGateway } from "../stand/filled-gateway.ts";
import { type Child, forkChild } from "../stand/fork-child.ts";
import { readProcessCpuUs } from "../stand/process-cpu.ts";
import type { RequestsOptions } from "../stand/requests.ts";
import { summarize } from "../stats.ts";

type Asked = Omit<RequestsOptions, "connections"> & { pid: number };

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
  const ours = { url, token, pid: filled.gateway.pid };
  const asked: Record<string, Asked> = {
    [RAW]: { url: plain.url, path: "/", pid: plain.pid },
    "ours, tRPC": { ...ours, path: `/trpc/sessions.get?input=${input}` },
    "ours, REST": { ...ours, path: `/api/v1/sessions/${talker}` },
  };
  await using stack = new AsyncDisposableStack();
  const takings = [];
  for (const [name, { pid, ...options }] of Object.entries(asked)) {
    const asker = stack.use(await openAsker(options, signal));
    const rate: Arm = { name, unit: "calls/s", samples: [] };
    const cost: Arm = { name: `${name}: CPU a call`, unit: "µs", samples: [] };
    const take = async () => {
      const cpuBefore = await readProcessCpuUs(pid);
      const { perSecond, answers } = await ask(asker, signal);
      rate.samples.push(perSecond);
      cost.samples.push(((await readProcessCpuUs(pid)) - cpuBefore) / answers);
    };
    await ask(asker, signal); // code is compiled
    takings.push({ rate, cost, count: samples, take });
  }
  await interleave(takings, signal);
  return toOutcome(takings);
}

function openAsker(options: Omit<Asked, "pid">, signal: AbortSignal): Promise<Child> {
  const all: RequestsOptions = { ...options, connections: CONNECTIONS };
  return forkChild(join(import.meta.dirname, "../stand/requests.ts"), [JSON.stringify(all)], signal);
}

async function ask(asker: Child, signal: AbortSignal): Promise<{ perSecond: number; answers: number }> {
  const told = withinSample(asker.hear(), signal);
  asker.tell({ ms: SAMPLE_MS });
  return (await told) as { perSecond: number; answers: number };
}

function toOutcome(taken: { rate: Arm; cost: Arm }[]): Outcome {
  const p50 = ({ samples }: Arm) => summarize(samples).p50;
  const [raw, ...ours] = taken as [{ rate: Arm; cost: Arm }, ...typeof taken];
  return {
    arms: [...taken.map(({ rate }) => rate), ...taken.map(({ cost }) => cost)],
    findings: ours.flatMap(({ rate, cost }): Finding[] => [
      {
        what: `${rate.name} / plain, p50`,
        value: p50(rate) / p50(raw.rate),
        unit: "x",
        target: TARGET,
        atLeast: true,
      },
      { what: `plain / ${rate.name}, CPU a call, p50`, value: p50(raw.cost) / p50(cost), unit: "x" },
    ]),
    notes: [
      `${CONNECTIONS} connections, each of which waits for its answer; the answers are alike`,
      "for rates p95, p99 and max are the best samples, not the worst",
    ],
  };
}
