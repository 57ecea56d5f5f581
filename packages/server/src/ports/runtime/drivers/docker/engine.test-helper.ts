/** A Docker runtime with an install of its own, and a way to clear away all it made. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { onTestFinished } from "vitest";
import type { Instance, Runtime } from "../../runtime.ts";
import { LABELS } from "./container-template.ts";
import { openDockerRuntime } from "./docker-runtime.ts";
import { createEngineClient } from "./engine-client.ts";

export const SESSION_IMAGE = process.env["SESSION_IMAGE"] || "cc-docker/session:latest";
const HOST = process.env["DOCKER_HOST"] || undefined;

export type TestEngine = AsyncDisposable & {
  docker: Docker;
  runtime: Runtime;
  installId: string;
  socketsDirectory: string;
  /** A directory of this machine that sessions may work below. */
  hostRoot: string;
  openOther(): Promise<Runtime>;
  freeze(instance: Instance): Promise<void>;
  thaw(instance: Instance): Promise<void>;
  crash(instance: Instance): Promise<void>;
  writeFiles(instance: Instance): Promise<void>;
  changeFiles(instance: Instance): Promise<void>;
  readFiles(instance: Instance): Promise<string>;
  /** Runs a command inside and returns what it wrote to stdout; throws with stderr when it fails. */
  runInside(instance: Instance, command: string[], options?: { user?: string; stdin?: string }): Promise<string>;
};

/** All that a file may be to its agent: closed, without rights, setgid, linked hard, softly, nowhere and out, sparse, old. */
const WRITE_FILES = `cd /workspace
echo plain > plain; ln plain hard; ln -s plain soft; ln -s /nowhere broken; ln -s /etc/passwd out
mkdir -p closed/deep shared; echo secret > closed/deep/file; chmod 0000 closed/deep/file; chmod 0500 closed/deep closed
chmod 2775 shared; echo run > run; chmod 6755 run; mkfifo pipe; truncate -s 5M sparse; echo new > "$(printf 'odd \\n"name')"
touch -d 2001-02-03T04:05:06Z plain shared
mkdir -p ~agent/.config; echo state > ~agent/.config/state; chmod 0600 ~agent/.config/state`;

/** Owner, rights, links, bytes, time and name of each; of plain files that may be read their content. */
const READ_FILES = `for at in /workspace /home/agent/.config; do cd $at
find . -printf '%M %U:%G %n %s %t %p -> %l\\n' | sort
find . -type f -readable -exec sha256sum {} + | sort; done`;

export type TestEngineOptions = {
  link: "socket" | "exec";
  /** Who undoes when nobody disposes: the test's end, since one that runs out of time never gets to `await using`. */
  atEnd?: (undo: () => Promise<void>) => void;
};

export async function openTestEngine({ link, atEnd = onTestFinished }: TestEngineOptions): Promise<TestEngine> {
  const docker = createEngineClient(HOST);
  const root = await mkdtemp(join(tmpdir(), "ccd-")); // short: a unix socket's path may have 107 bytes
  const hostRoot = join(root, "files");
  await mkdir(hostRoot);
  const runtimes: Runtime[] = [];
  const installIds: string[] = [];

  function openInstall(): { runtime: Runtime; installId: string; socketsDirectory: string } {
    const installId = `test-${randomBytes(6).toString("hex")}`;
    const socketsDirectory = join(root, String(installIds.push(installId)));
    const place = { installId, socketsDirectory, link, hostRoots: [hostRoot], hidden: [] };
    const runtime = openDockerRuntime({ ...(HOST && { host: HOST }), ...place });
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

  const asAgent = (instance: Instance, script: string) =>
    runInside(instance, ["setpriv", "--reuid=agent", "--regid=agent", "--clear-groups", "sh", "-euc", script]);

  async function removeAll(): Promise<void> {
    for (const runtime of runtimes) await runtime.close();
    for (const installId of installIds) await removeInstall(docker, installId);
    await rm(root, { recursive: true, force: true });
  }

  atEnd(removeAll);
  return {
    docker,
    ...openInstall(),
    hostRoot,
    openOther: async () => openInstall().runtime,
    freeze: async ({ ref }) => docker.getContainer(ref).pause(),
    thaw: async ({ ref }) => docker.getContainer(ref).unpause(),
    crash,
    runInside,
    writeFiles: async (instance) => void (await asAgent(instance, WRITE_FILES)),
    changeFiles: async (instance) => void (await asAgent(instance, "echo changed >> /workspace/plain")),
    readFiles: (instance) => asAgent(instance, READ_FILES),
    [Symbol.asyncDispose]: removeAll,
  };
}

async function removeInstall(docker: Docker, installId: string): Promise<void> {
  const filters = { label: [`${LABELS.install}=${installId}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters }))
    await docker.getContainer(Id).remove({ force: true });
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes) await docker.getVolume(Name).remove();
}
