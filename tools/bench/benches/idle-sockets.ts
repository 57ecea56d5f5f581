/** Ten thousand WebSockets with a valid token on which nothing happens: what they cost, and how soon they are let go. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CcError } from "@cc-docker/protocol";
import type { BenchContext } from "../bench-context.ts";
import { withinSample } from "../or-abort.ts";
import type { Arm, Finding, Outcome } from "../outcome.ts";
import { UPGRADE } from "../stand/fan-out/web-socket.ts";
import { type Child, forkChild } from "../stand/fork-child.ts";
import type { FromIdleSockets, IdleSocketsOptions, ToIdleSockets } from "../stand/idle-sockets.ts";
import { openProbe } from "../stand/open-probe.ts";
import { readProcessCpuUs } from "../stand/process-cpu.ts";
import { readPssMb } from "../stand/read-pss.ts";
import { type Gateway, startGateway } from "../stand/start-gateway.ts";
import { summarize } from "../stats.ts";

/** Each in a gateway of its own. */
const SAMPLES = 3;
const SOCKETS = 10_000;
/** The first ones come with what the process needs once. */
const FIRST = 1000;
/** Each is asked for a sign of life twice in that time. */
const WATCHED_MS = 20_000;
/** Of a process, besides its sockets. */
const OTHER_FILES = 200;
const TARGETS = { memoryKb: 30, cpuPercent: 10, lost: 0, stopMs: 5000 };

type Sample = Record<keyof typeof TARGETS, number>;
/** `worst`: of all samples; their median else. */
type Row = Pick<Arm, "name" | "unit"> & { worst?: true };
const ROWS: Record<keyof Sample, Row> = {
  memoryKb: { name: "memory of a socket", unit: "KB" },
  cpuPercent: { name: "CPU for all of them, of a core", unit: "%" },
  lost: { name: "lost", unit: "sockets", worst: true },
  stopMs: { name: "from SIGTERM to the end", unit: "ms", worst: true },
};

export async function idleSockets({ samples = SAMPLES, ...context }: BenchContext): Promise<Outcome> {
  await requireFiles(SOCKETS + OTHER_FILES);
  const taken: Sample[] = [];
  while (taken.length < samples) taken.push(await takeSample(context));
  const kinds = Object.keys(ROWS) as (keyof Sample)[];
  const arms = kinds.map((kind): Arm => {
    const { name, unit } = ROWS[kind];
    return { name, unit, samples: taken.map((sample) => sample[kind]) };
  });
  return {
    arms,
    findings: kinds.map((kind, at) => toFinding(kind, arms[at]?.samples ?? [])),
    notes: [`${SOCKETS} sockets of /trpc, watched for ${WATCHED_MS / 1000} s; the kernel's buffers do not count`],
  };
}

function toFinding(kind: keyof Sample, samples: number[]): Finding {
  const { name, unit, worst } = ROWS[kind];
  const { p50, max } = summarize(samples);
  return { what: `${name}, ${worst ? "worst" : "p50"}`, value: worst ? max : p50, unit, target: TARGETS[kind] };
}

async function takeSample({ docker, image, signal, onProgress }: Omit<BenchContext, "samples">): Promise<Sample> {
  await using probe = await openProbe();
  await using gateway = await startGateway({ docker, image, settings: probe.settings, signal });
  await using peers = await openPeers(gateway, signal);
  await openSockets(peers, FIRST, signal);
  await probe.askSettled();
  const before = await readPssMb(gateway.pid);
  await openSockets(peers, SOCKETS, signal);
  await probe.askSettled();
  const memoryKb = (((await readPssMb(gateway.pid)) - before) * 1000) / (SOCKETS - FIRST);
  onProgress(`${SOCKETS} sockets are open`);
  const cpuPercent = await watchCpu(gateway.pid, signal);
  const lost = SOCKETS - (await openSockets(peers, 0, signal));
  return { memoryKb, cpuPercent, lost, stopMs: await stop(gateway, signal) };
}

function openPeers({ url, token }: Gateway, signal: AbortSignal): Promise<Child> {
  const { hostname: host, port } = new URL(url);
  const lines = ["GET /trpc HTTP/1.1", `Host: ${host}:${port}`, `Authorization: Bearer ${token}`, ...UPGRADE];
  const options: IdleSocketsOptions = { host, port: Number(port), head: `${lines.join("\r\n")}\r\n\r\n` };
  return forkChild(join(import.meta.dirname, "../stand/idle-sockets.ts"), [JSON.stringify(options)], signal);
}

/** @returns how many are open, which are `count` at least */
async function openSockets(peers: Child, count: number, signal: AbortSignal): Promise<number> {
  const told = withinSample(peers.hear(), signal);
  peers.tell({ open: count } satisfies ToIdleSockets);
  return ((await told) as FromIdleSockets).isOpen;
}

/** @returns percent of a core */
async function watchCpu(pid: number, signal: AbortSignal): Promise<number> {
  const [began, before] = [performance.now(), await readProcessCpuUs(pid)];
  await delay(WATCHED_MS, undefined, { signal });
  const cpuMs = ((await readProcessCpuUs(pid)) - before) / 1000;
  return (cpuMs / (performance.now() - began)) * 100;
}

/** @returns milliseconds */
async function stop({ pid, ended }: Gateway, signal: AbortSignal): Promise<number> {
  const began = performance.now();
  process.kill(pid, "SIGTERM");
  await withinSample(ended, signal);
  return performance.now() - began;
}

/** @throws CcError RUNTIME_UNAVAILABLE where a process may not have so many files open */
async function requireFiles(wanted: number): Promise<void> {
  const limits = await readFile("/proc/self/limits", "utf8");
  const hard = Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY); // or unlimited
  if (hard >= wanted) return;
  const todo = `raise it with \`ulimit -Hn ${wanted}\``;
  throw new CcError(
    "RUNTIME_UNAVAILABLE",
    `A process may have ${hard} files open here, ${wanted} are needed: ${todo}.`,
  );
}
