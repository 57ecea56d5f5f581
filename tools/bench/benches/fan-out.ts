/** P5: one session, many subscribers: CPU and time a delivery, against the least that can be done and tRPC's own adapter. */
import { type FanOut, openGatewayFanOut, openStandFanOut, PACE } from "../arms/fan-out.ts";
import { followStock, OURS } from "../arms/ways.ts";
import type { BenchContext } from "../bench-context.ts";
import { interleave } from "../interleave.ts";
import type { Arm, Finding, Outcome } from "../outcome.ts";
import { buildStandInImage } from "../stand/stand-in-image.ts";
import { type Gateway, startGateway } from "../stand/start-gateway.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 30;
const COUNTS = [1, 100, 1000];
const [RAW, STOCK, STOCK_WS] = ["raw SSE", "stock tRPC SSE", "stock tRPC WebSocket"];
type Measured = { name: string; count: number; cpuUs: number[]; latencies: number[] };

export async function fanOut(context: BenchContext): Promise<Outcome> {
  const { docker, signal, samples = SAMPLES, onProgress } = context;
  await using image = await buildStandInImage(docker, context.image);
  await using gateway = await startGateway({ docker, image: image.tag, signal });
  const measured: Measured[] = [];
  for (const count of COUNTS) {
    measured.push(...(await measureAt(count, { gateway, samples, signal })));
    onProgress(`${count} subscribers are done`);
  }
  return toOutcome(measured);
}

type Measure = { gateway: Gateway; samples: number; signal: AbortSignal };

async function measureAt(count: number, { gateway, samples, signal }: Measure): Promise<Measured[]> {
  await using stack = new AsyncDisposableStack();
  const servers: Record<string, FanOut> = {
    [RAW]: stack.use(await openStandFanOut("raw-server.ts", { path: "/", count, signal })),
    [STOCK]: stack.use(await openStandFanOut("stock-server.ts", { path: "/follow", count, signal })),
    [STOCK_WS]: stack.use(
      await openStandFanOut("stock-server.ts", { path: "/", message: followStock(), count, signal }),
    ),
  };
  for (const [name, wayTo] of Object.entries(OURS))
    servers[name] = stack.use(await openGatewayFanOut({ gateway, wayTo, count, signal }));
  const takings = Object.entries(servers).map(([name, server]) => {
    const taken: Measured = { name, count, cpuUs: [], latencies: [] };
    return { taken, server };
  });
  for (const { server } of takings) await server.measure(); // code is compiled
  const take = async ({ server, taken }: (typeof takings)[number]) => {
    const { cpuUs, latencies } = await server.measure();
    taken.cpuUs.push(cpuUs);
    taken.latencies.push(...latencies);
  };
  await interleave(
    takings.map((one) => ({ count: samples, take: () => take(one) })),
    signal,
  );
  return takings.map(({ taken }) => taken);
}

function toOutcome(measured: Measured[]): Outcome {
  const arms = measured.flatMap(({ name, count, cpuUs, latencies }): Arm[] => [
    { name: `${name}, ${count}: CPU a delivery`, unit: "µs", samples: cpuUs },
    { name: `${name}, ${count}: made → received`, unit: "ms", samples: latencies },
  ]);
  return { arms, findings: COUNTS.flatMap((count) => toFindings(measured, count)), notes: NOTES };
}

function toFindings(measured: Measured[], count: number): Finding[] {
  const of = (wanted: string) => measured.find(({ name, count: n }) => name === wanted && n === count) as Measured;
  const cpu = (name: string) => summarize(of(name).cpuUs).p50;
  const isTarget = count === Math.max(...COUNTS);
  return Object.keys(OURS).flatMap((name): Finding[] => [
    {
      what: `${count}: ${name} / raw, CPU p50`,
      value: cpu(name) / cpu(RAW),
      unit: "x",
      ...(isTarget && { target: 1.5 }),
    },
    {
      what: `${count}: stock / ${name}, CPU p50`,
      value: cpu(STOCK) / cpu(name),
      unit: "x",
      ...(isTarget && { target: 10, atLeast: true }),
    },
    {
      what: `${count}: ${name}, latency p99`,
      value: summarize(of(name).latencies).p99,
      unit: "ms",
      ...(isTarget && { target: 50 }),
    },
  ]);
}

const NOTES = [
  `${PACE.events} events a sample, ${PACE.perSecond} a second, each sent to every subscriber`,
  "CPU is that of the serving process, all threads; ours takes each event from a container and syncs it to disk first",
  "latency of the raw and stock servers begins in the serving process, ours in the container's agent",
];
