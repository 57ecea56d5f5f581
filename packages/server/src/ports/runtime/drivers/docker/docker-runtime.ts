import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CcError, type SessionId } from "@cc-docker/protocol";
import Docker from "dockerode";
import { failpoint } from "../../../../lib/failpoint.ts";
import { orAbort } from "../../../../lib/wait.ts";
import type { Instance, InstanceSpec, Runtime } from "../../runtime.ts";
import { pauseContainer, unpauseContainer } from "./container-pause.ts";
import { containerTemplate, LABELS } from "./container-template.ts";
import { createFilesCopier } from "./copy-files.ts";
import { withDeadlines } from "./engine-deadlines.ts";
import {
  ignoreGone,
  statusOf,
  translateEngineError,
  translateFileError,
  translateLostEngine,
} from "./engine-errors.ts";
import { watchEngine } from "./engine-events.ts";
import { openExecRelay } from "./exec-relay.ts";
import { createOwnActions } from "./own-actions.ts";
import { connectSocket, fitsSocketPath, socketPath } from "./socket-link.ts";

export type DockerRuntimeOptions = {
  /** DOCKER_HOST; the local socket when absent. */
  host?: string;
  /** Label of all that this gateway makes; another install's things are never touched. */
  installId: string;
  /** Directory for the sessions' link sockets. */
  socketsDirectory: string;
  link: "auto" | "socket" | "exec";
};

/** Long enough for an engine under load to answer, short enough that nobody hangs on one that does not. */
const CHECK_TIMEOUT_MS = 5000;

/** An engine may have to wait for its disk; the start's own deadline is nearer than this. */
const CREATE_TIMEOUT_MS = 120_000;

/** An engine needs some ten milliseconds to let a removed container's name go. */
const NAME_TAKEN_RETRY_MS = 20;

/** Of the engine's words for a container; one that is only created, or paused, has not ended. */
const ENDED = ["exited", "dead"];

/** Opens the runtime on a Docker Engine. Does not ask it for anything yet. */
export function openDockerRuntime({ host, installId, socketsDirectory, link }: DockerRuntimeOptions): Runtime {
  const closing = new AbortController();
  const docker = withDeadlines(createEngineClient(host), closing.signal);
  let checking: Promise<void> | undefined;
  const usesSocket =
    link === "socket" || (link === "auto" && sharesFilesystem(host) && fitsSocketPath(socketsDirectory));
  if (usesSocket) mkdirSync(socketsDirectory, { recursive: true, mode: 0o700 });
  const copier = createFilesCopier(docker, installId);
  const own = createOwnActions();
  const watch = watchEngine({ docker, installId, own, listEnded: () => list({ status: ENDED }) });

  async function check(signal: AbortSignal): Promise<void> {
    checking ??= ping().finally(() => {
      checking = undefined; // many may ask at once: the engine is asked once
    });
    await orAbort(checking, signal);
  }

  async function ping(): Promise<void> {
    const abortSignal = AbortSignal.any([closing.signal, AbortSignal.timeout(CHECK_TIMEOUT_MS)]);
    await (docker.ping as (options: { abortSignal: AbortSignal }) => Promise<unknown>)({ abortSignal });
  }

  async function close(): Promise<void> {
    closing.abort();
    await watch.close();
  }

  async function start(spec: InstanceSpec, signal: AbortSignal): Promise<Instance> {
    signal.throwIfAborted();
    const socketDirectory = usesSocket ? await makeSocketDirectory(spec.sessionId) : undefined;
    failpoint("launch.socket-made");
    const template = containerTemplate({ ...spec, installId, ...(socketDirectory && { socketDirectory }) });
    const creating = createOrFind(template, spec, signal); // without the signal: a request that is cut off may still make a container
    try {
      const ref = await orAbort(creating, signal);
      failpoint("launch.container-created");
      await startContainer(ref, signal);
      failpoint("launch.container-started");
      return { ref, sessionId: spec.sessionId, generation: spec.generation, running: true, paused: false };
    } catch (error) {
      await orAbort(creating, AbortSignal.timeout(CHECK_TIMEOUT_MS)).catch(() => undefined);
      await endInstance(spec.sessionId).catch(() => undefined); // the start's own error says more
      throw translateEngineError(error, spec.image);
    }
  }

  /**
   * The container's name is the session's: a second create meets the first. One of an earlier generation is removed,
   * which takes the engine a while, more so when somebody else removes it too. @returns its id
   */
  async function createOrFind(
    template: ReturnType<typeof containerTemplate>,
    spec: InstanceSpec,
    signal: AbortSignal,
  ): Promise<string> {
    for (;;) {
      const made = await create(template);
      if (made !== undefined) return made;
      const found = await findStarted(template.name, spec.generation);
      if (found !== undefined) return found;
      await removeContainer(spec.sessionId);
      failpoint("launch.stale-removed");
      signal.throwIfAborted();
      await sleep(NAME_TAKEN_RETRY_MS);
    }
  }

  /** @returns `undefined` when the name is taken */
  async function create(template: ReturnType<typeof containerTemplate>): Promise<string | undefined> {
    try {
      return (await docker.createContainer({ ...template, abortSignal: AbortSignal.timeout(CREATE_TIMEOUT_MS) })).id;
    } catch (error) {
      if (statusOf(error) === 409) return undefined;
      throw error;
    }
  }

  async function findStarted(name: string, generation: number): Promise<string | undefined> {
    try {
      const { Id, Config, State } = await docker.getContainer(name).inspect();
      if (Config.Labels[LABELS.install] !== installId)
        throw new CcError("INSTANCE_START_FAILED", `The container ${name} is not of this install.`);
      if (Config.Labels[LABELS.generation] !== String(generation) || State.Status === "exited") return undefined;
      if (State.Paused) await unpauseContainer(docker.getContainer(Id));
      failpoint("launch.container-found");
      return Id;
    } catch (error) {
      if (statusOf(error) === 404) return undefined; // gone between two questions
      throw error;
    }
  }

  /** 304: it runs already. */
  async function startContainer(ref: string, signal: AbortSignal): Promise<void> {
    await docker
      .getContainer(ref)
      .start({ abortSignal: signal })
      .catch((error: unknown) => {
        if (statusOf(error) !== 304) throw error;
      });
  }

  async function makeSocketDirectory(sessionId: SessionId): Promise<string> {
    const directory = join(socketsDirectory, sessionId);
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      throw translateFileError(error);
    });
    await chmod(directory, 0o777); // the wrapper's uid makes its socket here; the parent lets no other user of this machine in
    return directory;
  }

  async function openLink({ ref, sessionId }: Instance, signal: AbortSignal) {
    if (usesSocket) return connectSocket(socketPath(socketsDirectory, sessionId), signal);
    return openExecRelay(docker.getContainer(ref), signal);
  }

  async function pause(sessionId: SessionId): Promise<void> {
    for (const { Id, State } of await findContainers(sessionId))
      if (State === "running") await pauseContainer(docker.getContainer(Id), closing.signal);
  }

  async function unpause(sessionId: SessionId): Promise<void> {
    for (const { Id, State } of await findContainers(sessionId))
      if (State === "paused") await unpauseContainer(docker.getContainer(Id));
  }

  async function stop(sessionId: SessionId, graceMs: number): Promise<void> {
    for (const { Id } of await findContainers(sessionId))
      await ignoreGone(docker.getContainer(Id).stop({ t: Math.ceil(graceMs / 1000) }));
    failpoint("instance.stopped");
    await endInstance(sessionId);
  }

  /** The socket first: a container that is left by a crash is found, and with it all that is left to do. */
  async function endInstance(sessionId: SessionId): Promise<void> {
    await rm(join(socketsDirectory, sessionId), { recursive: true, force: true });
    failpoint("instance.socket-removed");
    await removeContainer(sessionId);
    failpoint("instance.removed");
  }

  async function removeContainer(sessionId: SessionId): Promise<void> {
    for (const { Id } of await findContainers(sessionId))
      await ignoreGone(docker.getContainer(Id).remove({ force: true, v: false }));
  }

  /** By its labels, not its name: whoever else may have one of that name keeps it. */
  async function findContainers(sessionId: SessionId): Promise<Docker.ContainerInfo[]> {
    return docker.listContainers({ all: true, filters: ours(sessionId) });
  }

  async function remove(sessionId: SessionId): Promise<void> {
    await endInstance(sessionId);
    const { Volumes } = await docker.listVolumes({ filters: ours(sessionId) });
    for (const { Name } of Volumes) {
      await ignoreGone(docker.getVolume(Name).remove({ force: true }));
      failpoint("delete.volume-removed");
    }
  }

  async function list(only: { status?: string[] } = {}): Promise<Instance[]> {
    const containers = await docker.listContainers({ all: true, filters: { ...ours(), ...only } });
    const instances = containers.filter(({ Labels }) => Labels[LABELS.generation] !== undefined);
    return instances.map(({ Id, Labels, State }) => ({
      ref: Id,
      sessionId: Labels[LABELS.session] as SessionId,
      generation: Number(Labels[LABELS.generation]),
      running: State === "running" || State === "paused",
      paused: State === "paused",
    }));
  }

  async function listOwners(): Promise<SessionId[]> {
    const { Volumes } = await docker.listVolumes({ filters: ours() });
    const volumes = Volumes.map(({ Labels }) => Labels[LABELS.session] as SessionId);
    const owners = [...new Set([...(await listActive()), ...volumes])];
    own.know(owners);
    return owners;
  }

  async function listActive(): Promise<SessionId[]> {
    const sockets = existsSync(socketsDirectory) ? (readdirSync(socketsDirectory) as SessionId[]) : [];
    const containers = await docker.listContainers({ all: true, filters: ours() });
    return [...new Set([...containers.map(({ Labels }) => Labels[LABELS.session] as SessionId), ...sockets])];
  }

  function ours(sessionId?: SessionId): { label: string[] } {
    const ofSession = sessionId === undefined ? [] : [`${LABELS.session}=${sessionId}`];
    return { label: [`${LABELS.install}=${installId}`, ...ofSession] };
  }

  return {
    check: namingLostEngine(check),
    copy: (spec, signal, onRead) => own.during(spec.to, () => copier.copy(spec, signal, onRead)),
    start: (spec, signal) => own.during(spec.sessionId, () => start(spec, signal)),
    openLink,
    pause: namingLostEngine((id: SessionId) => own.during(id, () => pause(id))),
    unpause: namingLostEngine((id: SessionId) => own.during(id, () => unpause(id))),
    stop: namingLostEngine((id: SessionId, graceMs: number) => own.during(id, () => stop(id, graceMs))),
    remove: namingLostEngine((id: SessionId) => own.during(id, () => remove(id))),
    list: namingLostEngine(() => list()),
    listOwners: namingLostEngine(listOwners),
    listActive: namingLostEngine(listActive),
    onExit: watch.onExit,
    onChange: watch.onChange,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** An engine that cannot be reached is named so, whatever was asked of it. */
function namingLostEngine<Input extends unknown[], Output>(call: (...input: Input) => Promise<Output>) {
  return (...input: Input): Promise<Output> =>
    call(...input).catch((error: unknown) => {
      throw translateLostEngine(error);
    });
}

/** A container can bind a directory of this process's machine only when the engine runs here, on this kernel. */
function sharesFilesystem(host: string | undefined): boolean {
  return process.platform === "linux" && (host === undefined || host.startsWith("unix://"));
}

export function createEngineClient(host: string | undefined): Docker {
  if (host === undefined) return new Docker({ socketPath: "/var/run/docker.sock" });
  if (host.startsWith("unix://")) return new Docker({ socketPath: host.slice("unix://".length) });
  const { hostname, port, protocol } = new URL(host.replace(/^tcp:/, "http:"));
  return new Docker({ host: hostname, port: Number(port || 2375), protocol: protocol === "https:" ? "https" : "http" });
}
