/** The gateway as a process of its own, for what only a process can suffer: signals, kill -9, a terminal beside it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataPaths } from "@cc-docker/server";
import type { Settings } from "./install.ts";
import { runAtEnd } from "./start-stack.ts";
import { waitUntil, within } from "./wait-until.ts";

/** A gateway from its spawn on, whether it ever answers or not. */
export type SpawnedGateway = {
  pid: number;
  isAlive(): boolean;
  /** Everything it wrote to stdout and stderr. */
  output(): string;
  /** After the last of its output. */
  exited: Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>;
  /** Sends the signal and waits for the end. @returns the exit code; null when the signal ended it */
  end(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): Promise<number | null>;
};

export type GatewayProcess = AsyncDisposable & Pick<SpawnedGateway, "pid" | "output" | "end"> & { url: string };

/** As it is built, which `./dev` sees to: it starts in a third of its source's time. */
const GATEWAY = join(fileURLToPath(import.meta.resolve("@cc-docker/server")), "../../dist/gateway.mjs");
const START_MS = 30_000;
const END_MS = 12_000;

/** `env` is all it gets, besides PATH. */
export function spawnGateway(env: Settings): SpawnedGateway {
  const gateway = spawn(process.execPath, [GATEWAY], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  for (const stream of [gateway.stdout, gateway.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const closed = once(gateway, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const exited = closed.then(([exitCode, signal]) => ({ exitCode, signal }));
  const isAlive = () => gateway.exitCode === null && gateway.signalCode === null;

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (isAlive()) gateway.kill(signal);
    return (await within(exited, { what: `the gateway to end on ${signal}`, deadlineMs: END_MS })).exitCode;
  }

  return { pid: gateway.pid ?? 0, isAlive, output: () => Buffer.concat(chunks).toString(), exited, end };
}

/** Resolves when the gateway answers at `/health`. @throws Error with its output */
export async function startGatewayProcess(env: Settings): Promise<GatewayProcess> {
  const { pid, isAlive, output, exited, end } = spawnGateway(env);

  async function dispose(): Promise<void> {
    await end("SIGTERM").catch(() => end("SIGKILL"));
  }

  async function findUrl(): Promise<{ url?: string }> {
    if (!isAlive()) return {};
    const announced = await readFile(dataPaths(env["DATA_DIR"] ?? "").server, "utf8");
    const found = JSON.parse(announced) as { url: string; pid: number };
    if (found.pid !== pid) throw new Error("the announcement is an earlier gateway's");
    await fetch(`${found.url}/health`);
    return { url: found.url };
  }

  runAtEnd(dispose);
  const { url } = await waitUntil(findUrl, { what: "the gateway to answer", deadlineMs: START_MS });
  if (url === undefined) throw new Error(`the gateway ended with ${(await exited).exitCode}: ${output()}`);
  return { url, pid, output, end, [Symbol.asyncDispose]: dispose };
}
