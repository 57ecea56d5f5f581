/** P7: what a prompt to a parked session costs beyond one to a session that is as idle and not parked; CPU meanwhile. */
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@cc-docker/client";
import { type GatewaySession, openGatewaySession } from "../arms/gateway-session.ts";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Outcome } from "../outcome.ts";
import { openStand } from "../stand/open-stand.ts";
import { readCpuMs } from "../stand/read-cpu.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 40;
const WARM_UP_TURNS = 5;
const PROMPT = "say: hi";
/** In seconds: after a turn the agent still has things to put away, which the default of a minute leaves it time for. */
const PARK_AFTER = 4;
const NEVER = 3600;
/** Both arms rest so long before each sample: longer than the connections to the model are kept open. */
const REST_MS = 6000;
/** After a turn the wrapper still puts things away. */
const SETTLE_MS = 2000;
/** The agent uses none; the container's init looks for ended processes every second, and the kernel counts that. */
const CPU_SHARE = 0.0005;
const PARKED_WITHIN_MS = 10_000;

type Taken = Record<"unparked" | "parked" | "unparkedCpu" | "parkedCpu", number[]>;

export async function unpark(context: BenchContext): Promise<Outcome> {
  const { docker, signal, samples = SAMPLES } = context;
  await using stand = await openStand(context);
  const { client } = stand.gateway;
  await using unparked = await openGatewaySession(client, signal, { parkAfter: NEVER });
  await using parked = await openGatewaySession(client, signal, { parkAfter: PARK_AFTER });
  for (let turn = 0; turn < WARM_UP_TURNS; turn += 1) await Promise.all([unparked.turn(PROMPT), parked.turn(PROMPT)]);

  const taken: Taken = { unparked: [], parked: [], unparkedCpu: [], parkedCpu: [] };
  const cpuOver = async ({ id }: GatewaySession, into: number[]) => {
    const before = await readCpuMs(docker, id);
    await delay(REST_MS, undefined, { signal });
    into.push((await readCpuMs(docker, id)) - before);
  };
  const rest = async () => {
    await untilParked(client, parked.id, signal);
    await delay(SETTLE_MS, undefined, { signal });
    await Promise.all([cpuOver(unparked, taken.unparkedCpu), cpuOver(parked, taken.parkedCpu)]);
  };
  let rested: Promise<void> | undefined; // one rest a round, for both
  const takeOf = (session: GatewaySession, into: number[]) => async () => {
    const isFirst = rested === undefined;
    await (rested ??= rest());
    into.push(await session.turn(PROMPT));
    if (!isFirst) rested = undefined;
  };
  const takings = [
    { count: samples, take: takeOf(unparked, taken.unparked) },
    { count: samples, take: takeOf(parked, taken.parked) },
  ];
  await interleave(takings, signal);
  return toOutcome(taken);
}

async function untilParked(client: Client, sessionId: string, signal: AbortSignal): Promise<void> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(PARKED_WITHIN_MS)]);
  while (!(await client.sessions.get.query({ sessionId }, { signal: within })).parked)
    await delay(20, undefined, { signal: within });
}

function toOutcome({ unparked, parked, unparkedCpu, parkedCpu }: Taken): Outcome {
  const [beside, ours] = [summarize(unparked), summarize(parked)];
  return {
    arms: [
      { name: "idle, not parked: chat.send → first token", unit: "ms", samples: unparked },
      { name: "parked: chat.send → first token", unit: "ms", samples: parked },
      { name: `idle, not parked: CPU over ${REST_MS} ms`, unit: "ms", samples: unparkedCpu },
      { name: `parked: CPU over ${REST_MS} ms`, unit: "ms", samples: parkedCpu },
    ],
    findings: [
      { what: "parked - not parked, p50", value: ours.p50 - beside.p50, unit: "ms" },
      { what: "parked - not parked, p99", value: ours.p99 - beside.p99, unit: "ms", target: 15 },
      {
        what: `parked, CPU over ${REST_MS} ms, p50`,
        value: summarize(parkedCpu).p50,
        unit: "ms",
        target: REST_MS * CPU_SHARE,
      },
    ],
    notes: ["the CPU of a container is all of its processes': agent, wrapper, init"],
  };
}
