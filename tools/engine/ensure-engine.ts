/** A Docker Engine for the commands that need one: the one that answers, else one started here and stopped again. */
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CcError } from "@cc-docker/protocol";
import Docker from "dockerode";
import { findProgram } from "../find-program.ts";
import { run } from "../run.ts";
import { BASE_PACKAGES, canInstall, ENGINE_PACKAGES, ensurePackages } from "./debian-packages.ts";
import { startDockerd } from "./dockerd.ts";

const PING_MS = 3_000;

export type Engine = {
  docker: Docker;
  /** It was started here. */
  isOurs: boolean;
  /** Ends the engine if it was started here; one that was there before is left alone. May be called twice. */
  stop: () => Promise<void>;
};

export type EnsureEngine = { onProgress: (line: string) => void; signal: AbortSignal };

/** `docker` speaks to DOCKER_HOST or the usual socket: dockerode reads the former itself. */
export async function ensureEngine({ onProgress, signal }: EnsureEngine): Promise<Engine> {
  const docker = new Docker();
  if (await answers(docker)) return { docker, isOurs: false, stop: async () => {} };
  const socket = requireLocalSocket(process.env.DOCKER_HOST);
  if (!canInstall()) throw new CcError("RUNTIME_UNAVAILABLE", howToGetAnEngine());
  await ensurePackages({ packages: { ...ENGINE_PACKAGES, ...BASE_PACKAGES }, onProgress, signal });
  if (await answers(docker)) return { docker, isOurs: false, stop: async () => {} }; // the package's own service started it
  onProgress("starting dockerd");
  await mountCgroups(signal);
  const stop = await startDockerd({ socket, hasAnswered: () => answers(docker), signal });
  return { docker, isOurs: true, stop };
}

/** A machine without systemd may have them unmounted after it started; dockerd does not mount them itself. */
async function mountCgroups(signal: AbortSignal): Promise<void> {
  if (/ cgroup2? /.test(await readFile("/proc/mounts", "utf8"))) return;
  if (findProgram("cgroupfs-mount") !== undefined) await run(["cgroupfs-mount"], { env: process.env, signal });
}

/** An engine that says nothing in time is as good as none. (The types of `ping` know no abort signal.) */
export async function answers(docker: Docker): Promise<boolean> {
  const answered = docker.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, delay(PING_MS, false, { ref: false })]);
}

/** An engine can be started on a socket of this machine only. */
export function requireLocalSocket(dockerHost: string | undefined): string | undefined {
  if (dockerHost === undefined || dockerHost === "") return undefined;
  if (dockerHost.startsWith("unix://")) return dockerHost;
  throw new CcError(
    "RUNTIME_UNAVAILABLE",
    `No Docker Engine answers at DOCKER_HOST=${dockerHost}; correct or unset it.`,
  );
}

function howToGetAnEngine(): string {
  const where = process.platform === "linux" ? "Install Docker Engine" : "Install Docker Desktop, Colima or OrbStack";
  const debian =
    "on Debian, `apt-get install docker.io debootstrap` as root, which `./dev` does by itself when run as root";
  return `No Docker Engine answers. ${where} (${debian}), start it, and run this again. If it listens elsewhere, set DOCKER_HOST.`;
}
