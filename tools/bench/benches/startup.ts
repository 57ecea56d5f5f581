/** How fast a gateway serves, from the start of its process. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchContext } from "../bench-context.ts";
import { withinSample } from "../or-abort.ts";
import type { Outcome } from "../outcome.ts";
import { spawnGateway } from "../stand/spawn-gateway.ts";
import { untilHealthy } from "../stand/until-healthy.ts";
import { summarize } from "../stats.ts";

const SAMPLES = 15;
const TARGET_MS = 300;

type Start = { listeningMs: number; healthyMs: number };

export async function startup({ image, signal, samples = SAMPLES }: BenchContext): Promise<Outcome> {
  await using folder = await openFolder();
  const settings = { DATA_DIR: folder.path, SESSION_IMAGE: image, MODEL: "scripted", JWT_SECRET: randomUUID() };
  await startOnce(settings, signal); // makes the database and the compile cache
  const starts: Start[] = [];
  while (starts.length < samples) starts.push(await startOnce(settings, signal));
  return toOutcome(starts);
}

async function openFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "cc-docker-bench-"));
  return { path, [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true }) };
}

async function startOnce(settings: Record<string, string>, signal: AbortSignal): Promise<Start> {
  const port = await findFreePort();
  const startedAt = performance.now();
  await using gateway = spawnGateway({ ...settings, PORT: String(port) });
  const ended = new AbortController();
  const enough = AbortSignal.any([signal, ended.signal]);
  gateway.listening.catch((error: unknown) => ended.abort(error)); // no health will come
  const since = () => performance.now() - startedAt;
  const both = Promise.all([
    gateway.listening.then(since),
    untilHealthy(`http://127.0.0.1:${port}`, enough).then(since),
  ]);
  const [listeningMs, healthyMs] = await withinSample(both, signal);
  return { listeningMs, healthyMs };
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

function toOutcome(starts: Start[]): Outcome {
  const listening = starts.map(({ listeningMs }) => listeningMs);
  const healthy = starts.map(({ healthyMs }) => healthyMs);
  return {
    arms: [
      { name: "process start → log says listening", unit: "ms", samples: listening },
      { name: "process start → /health answers 200", unit: "ms", samples: healthy },
    ],
    findings: [
      { what: "start to listening, p50", value: summarize(listening).p50, unit: "ms", target: TARGET_MS },
      { what: "start to /health, p50", value: summarize(healthy).p50, unit: "ms", target: TARGET_MS },
    ],
    notes: ["with the compile cache that ./dev sets, on a database that is there"],
  };
}
