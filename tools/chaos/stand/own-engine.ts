/**
 * A Docker Engine that may be killed: in namespaces and folders of its own, so that the machine's other one notices
 * nothing.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CcError } from "@cc-docker/protocol";
import Docker from "dockerode";
import { answers } from "../../engine/ensure-engine.ts";
import { findProgram } from "../../find-program.ts";
import { run } from "../../run.ts";
import { type Namespaces, openNamespaces } from "./namespaces.ts";
import { removeCgroups } from "./remove-cgroups.ts";

export type OwnEngine = AsyncDisposable & {
  docker: Docker;
  /** As DOCKER_HOST takes it. */
  host: string;
  /** As `kill -9`: without a word to its containers. */
  kill: () => Promise<void>;
  /** `keepsContainers`: those that still run go on; else it ends them first, as an engine does that is told nothing. */
  start: (options: { keepsContainers: boolean }) => Promise<void>;
};

const START_MS = 60_000;
const POLL_MS = 50;
const NEEDED = ["dockerd", "unshare", "nsenter"];

/** Empty, and running. @throws CcError RUNTIME_UNAVAILABLE where only a root of Linux could do it */
export async function openOwnEngine(signal: AbortSignal): Promise<OwnEngine> {
  requireMeans();
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "ccd-engine-")); // short: a unix socket's path may have 107 bytes
  opening.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  opening.defer(() => removeCgroups(basename(folder)));
  const namespaces = opening.use(await openNamespaces(signal));
  const docker = new Docker({ socketPath: join(folder, "docker.sock") });
  let daemon: ChildProcess | undefined;

  async function start({ keepsContainers }: { keepsContainers: boolean }): Promise<void> {
    await writeFile(join(folder, "daemon.json"), JSON.stringify(settings(folder, keepsContainers)));
    await forgetDead(folder);
    daemon = spawnDaemon(namespaces, folder);
    await waitForAnswer({ daemon, docker, folder, signal });
  }

  async function kill(): Promise<void> {
    if (!daemon || !isAlive(daemon)) return;
    const ended = once(daemon, "exit");
    const pid = readFileSync(join(folder, "pid"), "utf8").trim();
    await run(namespaces.inside(["kill", "-9", pid]), { signal });
    await ended;
  }

  await start({ keepsContainers: false });
  const stack = opening.move();
  return {
    docker,
    host: `unix://${join(folder, "docker.sock")}`,
    kill,
    start,
    [Symbol.asyncDispose]: async () => stack.disposeAsync(),
  };
}

function requireMeans(): void {
  const isRoot = process.platform === "linux" && process.getuid?.() === 0;
  const missing = NEEDED.filter((name) => findProgram(name) === undefined);
  if (isRoot && missing.length === 0) return;
  const why = isRoot ? `${missing.join(", ")} is not installed here` : "that takes root on Linux";
  throw new CcError(
    "RUNTIME_UNAVAILABLE",
    `An engine of our own, to be killed, cannot be started: ${why}. --no-engine leaves it out.`,
  );
}

/** Sessions have no network, so it needs neither bridge nor rules; its cgroups are found again by their parent. */
function settings(folder: string, keepsContainers: boolean): object {
  return {
    "data-root": join(folder, "data"),
    "exec-root": join(folder, "exec"),
    pidfile: join(folder, "pid"),
    hosts: [`unix://${join(folder, "docker.sock")}`],
    bridge: "none",
    iptables: false,
    "ip-forward": false,
    "exec-opts": ["native.cgroupdriver=cgroupfs"],
    "cgroup-parent": `/${basename(folder)}`,
    "live-restore": keepsContainers,
  };
}

/** What was killed left its numbers behind, and the next one believes them. */
async function forgetDead(folder: string): Promise<void> {
  for (const path of ["pid", "exec/containerd/containerd.pid"]) await rm(join(folder, path), { force: true });
}

/** DOCKERD_ARGS as for the engine that `./dev` starts: a disk that cannot carry overlays needs another driver here too. */
function spawnDaemon(namespaces: Namespaces, folder: string): ChildProcess {
  const extra = process.env.DOCKERD_ARGS?.split(" ").filter((word) => word !== "") ?? [];
  const command = [findProgram("dockerd") ?? "dockerd", "--config-file", join(folder, "daemon.json"), ...extra];
  const [file = "", ...args] = namespaces.inside(command);
  const output = openSync(join(folder, "log"), "a");
  const daemon = spawn(file, args, { detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  return daemon;
}

type WaitForAnswer = { daemon: ChildProcess; docker: Docker; folder: string; signal: AbortSignal };

async function waitForAnswer({ daemon, docker, folder, signal }: WaitForAnswer): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && isAlive(daemon)) {
    if (await answers(docker)) return;
    await delay(POLL_MS, undefined, { signal });
  }
  const lastLines = readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n").slice(-10).join("\n");
  throw new CcError("RUNTIME_UNAVAILABLE", `The engine of our own does not answer; its log ends:\n${lastLines}`);
}

function isAlive({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}
