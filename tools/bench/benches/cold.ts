/** P2: a new session to its first token, all hardening on, against `docker run --rm … claude -p`. */
import type { Client } from "@cc-docker/client";
import { chooseDockerRun, type DockerRunTimes } from "../arms/docker-run.ts";
import { openGatewaySession } from "../arms/gateway-session.ts";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Outcome } from "../outcome.ts";
import { openStand } from "../stand/open-stand.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
const PROMPT = "say: hi";

export async function cold(context: BenchContext): Promise<Outcome> {
  const { docker, image, signal, samples = SAMPLES } = context;
  await using stand = await openStand(context);
  const plain = chooseDockerRun();
  const { modelUrl, network } = stand;
  const runPlain = async () => plain.run({ docker, image, modelUrl, network, prompt: PROMPT, signal });
  const runOurs = async () => firstTokenOfNewSession(stand.gateway.client, signal);
  await runPlain();
  await runOurs();

  const times: DockerRunTimes[] = [];
  const ours: number[] = [];
  const takings = [
    { count: samples, take: async () => void times.push(await runPlain()) },
    { count: samples, take: async () => void ours.push(await runOurs()) },
  ];
  await interleave(takings, signal);
  return toOutcome({ name: plain.name, network, times, ours });
}

/** The session's end is outside of the time. */
async function firstTokenOfNewSession(client: Client, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  await using session = await openGatewaySession(client, signal);
  return await session.turn(PROMPT, startedAt);
}

type Taken = { name: string; network: string; times: DockerRunTimes[]; ours: number[] };

function toOutcome({ name, network, times, ours }: Taken): Outcome {
  const firstOutput = times.map(({ firstOutputMs }) => firstOutputMs);
  const total = times.map(({ totalMs }) => totalMs);
  const [oursP50, firstP50, totalP50] = [ours, firstOutput, total].map((samples) => summarize(samples).p50) as [
    number,
    number,
    number,
  ];
  return {
    arms: [
      { name: `${name} … claude -p, first output`, unit: "ms", samples: firstOutput },
      { name: `${name} … claude -p, to its end`, unit: "ms", samples: total },
      { name: "ours, sessions.create + chat.send → first token", unit: "ms", samples: ours },
    ],
    findings: [
      { what: "ours / docker run to its end, p50", value: oursP50 / totalP50, unit: "x", target: 1 },
      { what: "ours / docker run to its first output, p50", value: oursP50 / firstP50, unit: "x" },
    ],
    notes: [
      `docker run: no hardening, network "${network}"${network === "bridge" ? ", its default" : ", its fastest: this engine has no bridge here"}`,
    ],
  };
}
