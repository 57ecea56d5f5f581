/** A Docker runtime with an install of its own, and a way to clear away all it made. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { onTestFinished } from "vitest";
import type { Instance, Runtime } from "../../runtime.ts";
import { LABELS } from "./container-template.ts";
import { createEngineClient, openDockerRuntime } from "./docker-runtime.ts";

export const SESSION_IMAGE = process.env["SESSION_IMAGE"] || "cc-docker/session:latest";
const HOST = process.env["DOCKER_HOST"] || undefined;

export type TestEngine = AsyncDisposable & {
  docker: Docker;
  runtime: Runtime;
  installId: string;
  socketsDirectory: string;
  openOther(): Promise<Runtime>;
  freeze(instance: Instance): Promise<void>;
  thaw(instance: Instance): Promise<void>;
  crash(instance: Instance): Promise<void>;
  /** Runs a command inside and returns what it wrote to stdout; throws with stderr when it fails. */
  runInside(instance: Instance, command: string[], options?: { user?: string; stdin?: string }): Promise<string>;
};

export type TestEngineOptions = {
  link: "socket" | "exec";
  /** Who undoes when nobody disposes: the test's end, since one that runs out of time never gets to `await using`. */
  atEnd?: (undo: () => Promise<void>) => void;
};

export async function openTestEngine({ link, atEnd = onTestFinished }: TestEngineOptions): Promise<TestEngine> {
  const docker = createEngineClient(HOST);
  const root = await mkdtemp(join(tmpdir(), "ccd-")); // short: a unix socket's path may have 107 bytes
  const runtimes: Runtime[] = [];
  const installIds: string[] = [];

  function openInstall(): { runtime: Runtime; installId: string; socketsDirectory: string } {
    const installId = `test-${randomBytes(6).toString("hex")}`;
    const socketsDirectory = join(root, String(installIds.push(installId)));
    const runtime = openDockerRuntime({ ...(HOST && { host: HOST }), installId, socketsDirectory, link });
    runtimes.push(runtime);
    return { runtime, installId, socketsDirectory };
  }

  async function crash({ ref }: Instance): Promise<void> {
    const container = docker.getContainer(ref);
    const ended = container.wait();
    await container.kill();
    await ended;
  }

  async function runInside(
    { ref }: Instance,
    command: string[],
    { user = "root" }: { user?: string } = {},
  ): Promise<string> {
    const exec = await docker
      .getContainer(ref)
      .exec({ Cmd: command, User: user, AttachStdout: true, AttachStderr: true });
    const raw = await exec.start({});
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    docker.modem.demuxStream(raw, stdout, stderr);
    raw.on("end", () => [stdout, stderr].forEach((stream) => stream.end()));
    const [out, err] = await Promise.all([text(stdout), text(stderr)]);
    const { ExitCode } = await exec.inspect();
    if (ExitCode !== 0) throw new Error(`${command.join(" ").slice(0, 80)} exited with ${ExitCode}: ${err}`);
    return out;
  }

  async function removeAll(): Promise<void> {
    for (const runtime of runtimes) await runtime.close();
    for (const installId of installIds) await removeInstall(docker, installId);
    await rm(root, { recursive: true, force: true });
  }

  atEnd(removeAll);
  return {
    docker,
    ...openInstall(),
    openOther: async () => openInstall().runtime,
    freeze: async ({ ref }) => docker.getContainer(ref).pause(),
    thaw: async ({ ref }) => docker.getContainer(ref).unpause(),
    crash,
    runInside,
    [Symbol.asyncDispose]: removeAll,
  };
}

async function removeInstall(docker: Docker, installId: string): Promise<void> {
  const filters = { label: [`${LABELS.install}=${installId}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters }))
    await docker.getContainer(Id).remove({ force: true });
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes) await docker.getVolume(Name).remove();
}
