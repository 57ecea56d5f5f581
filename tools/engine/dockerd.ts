import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CcError } from "@cc-docker/protocol";
import { findProgram } from "../find-program.ts";

const START_MS = 60_000;
const OTHER_MS = 5_000;
const STOP_MS = 30_000;
const POLL_MS = 100;
const PID_FILES = { "/var/run/docker.pid": "dockerd", "/var/run/docker/containerd/containerd.pid": "containerd" };

export type StartDockerd = { socket: string | undefined; hasAnswered: () => Promise<boolean>; signal: AbortSignal };

/**
 * Starts `dockerd` and waits until it answers; returns what stops it. It gets a session of its own, so that a Ctrl-C
 * in the terminal reaches us alone and we can remove our containers before we end it.
 * DOCKERD_ARGS adds arguments, as `--storage-driver=vfs` on a machine whose disk cannot carry overlays.
 */
export async function startDockerd({ socket, hasAnswered, signal }: StartDockerd): Promise<() => Promise<void>> {
  for (const [path, program] of Object.entries(PID_FILES)) forgetDead(path, program);
  const folder = mkdtempSync(join(tmpdir(), "cc-docker-dockerd-"));
  const log = join(folder, "dockerd.log");
  const child = spawnDockerd(log, socket);
  const stop = createStop(child, folder);
  try {
    await waitForAnswer({ child, log, hasAnswered, signal });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * An engine that was killed leaves the numbers of its processes behind. By now they may be somebody else's, and the next
 * engine would wait for those, or refuse to start.
 */
function forgetDead(path: string, program: string): void {
  if (!existsSync(path)) return;
  const pid = readFileSync(path, "utf8").trim();
  const name = existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, "utf8").trim() : "";
  if (name !== program) rmSync(path);
}

function spawnDockerd(log: string, socket: string | undefined): ChildProcess {
  const extra = process.env.DOCKERD_ARGS?.split(" ").filter((word) => word !== "") ?? [];
  const host = socket === undefined ? [] : ["--host", socket];
  const output = openSync(log, "a");
  const child = spawn(findProgram("dockerd") ?? "dockerd", [...host, ...extra], {
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.on("error", () => {}); // shows as an exit: `pid` stays undefined
  return child;
}

type WaitForAnswer = Omit<StartDockerd, "socket"> & { child: ChildProcess; log: string };

async function waitForAnswer({ child, log, hasAnswered, signal }: WaitForAnswer): Promise<void> {
  let deadline = Date.now() + START_MS;
  // Ours ends at once where the package's own service is starting another at the same time: that one will do.
  child.once("exit", () => {
    deadline = Date.now() + OTHER_MS;
  });
  while (Date.now() < deadline && child.pid !== undefined) {
    if (await hasAnswered()) return;
    await delay(POLL_MS, undefined, { signal });
  }
  const how = isAlive(child) ? `did not answer within ${START_MS / 1000} s` : "ended";
  const lastLines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-10).join("\n");
  throw new CcError("RUNTIME_UNAVAILABLE", `dockerd ${how}; its log ends:\n${lastLines}`);
}

function createStop(child: ChildProcess, folder: string): () => Promise<void> {
  // If this process ends without a word, the engine must not outlive it.
  const lastResort = () => void child.kill("SIGTERM");
  process.once("exit", lastResort);
  return async () => {
    await endProcess(child);
    process.off("exit", lastResort);
    rmSync(folder, { recursive: true, force: true });
  };
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const waiting = new AbortController();
  await Promise.race([ended, delay(STOP_MS, undefined, { signal: waiting.signal }).catch(() => {})]);
  waiting.abort();
  if (isAlive(child)) child.kill("SIGKILL");
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
