/** P1: what a turn of a live session costs beyond a bare live Claude Code, to the first token. */
import { startBareCli } from "../arms/bare-cli.ts";
import { runByEngine } from "../arms/docker-run.ts";
import { openGatewaySession } from "../arms/gateway-session.ts";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Finding, Outcome } from "../outcome.ts";
import { openStand } from "../stand/open-stand.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 100;
/** Each takes most of a second, and its distance to the others is large. */
const DOCKER_RUN_SAMPLES = 10;
/** The first turns of a process load code. */
const WARM_UP_TURNS = 5;
const PROMPT = "say: hi";

export async function laterTurn(context: BenchContext): Promise<Outcome> {
  const { docker, image, signal, samples = SAMPLES } = context;
  await using stand = await openStand(context);
  const { modelUrl, network } = stand;
  await using bare = await startBareCli({ docker, image, modelUrl, signal });
  await using session = await openGatewaySession(stand.gateway.client, signal);
  for (let turn = 0; turn < WARM_UP_TURNS; turn += 1) await Promise.all([bare.turn(PROMPT), session.turn(PROMPT)]);

  const taken = { bare: [] as number[], ours: [] as number[], dockerRun: [] as number[] };
  const dockerRun = async () => runByEngine({ docker, image, modelUrl, network, prompt: PROMPT, signal });
  const takings = [
    { count: samples, take: async () => void taken.bare.push(await bare.turn(PROMPT)) },
    { count: samples, take: async () => void taken.ours.push(await session.turn(PROMPT)) },
    { count: DOCKER_RUN_SAMPLES, take: async () => void taken.dockerRun.push((await dockerRun()).totalMs) },
  ];
  await interleave(takings, signal);
  return toOutcome(taken);
}

function toOutcome({ bare, ours, dockerRun }: Record<"bare" | "ours" | "dockerRun", number[]>): Outcome {
  return {
    arms: [
      { name: "bare live claude, stdin → first token", unit: "ms", samples: bare },
      { name: "ours, chat.send → first token", unit: "ms", samples: ours },
      { name: "docker run --rm … claude -p, to its end", unit: "ms", samples: dockerRun },
    ],
    findings: compare(summarize(bare), summarize(ours), summarize(dockerRun)),
    notes: ["bare: no limits, no hardening, no log; its pipe is the engine's attached stream"],
  };
}

type Middle = { p50: number; p99: number };

function compare(bare: Middle, ours: Middle, dockerRun: Middle): Finding[] {
  return [
    { what: "ours - bare, p50", value: ours.p50 - bare.p50, unit: "ms", target: 5 },
    { what: "ours - bare, p99", value: ours.p99 - bare.p99, unit: "ms", target: 15 },
    { what: "ours / docker run, p50", value: ours.p50 / dockerRun.p50, unit: "x", target: 0.05 },
  ];
}
