/** Sessions as containers of a Docker Engine. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { SessionId } from "@cc-docker/protocol";
import { failpoint } from "../../../../lib/failpoint.ts";
import { orAbort } from "../../../../lib/wait.ts";
import type { Instance, Runtime } from "../../runtime.ts";
import { pauseContainer, unpauseContainer } from "./container-pause.ts";
import { createFilesCopier } from "./copy-files.ts";
import { createEngineClient, enginePath, sharesFilesystem } from "./engine-client.ts";
import { withDeadlines } from "./engine-deadlines.ts";
import { ignoreGone, translateLostEngine } from "./engine-errors.ts";
import { watchEngine } from "./engine-events.ts";
import { openExecRelay } from "./exec-relay.ts";
import { createFinder } from "./find-containers.ts";
import { createHostDirectories } from "./host-directories.ts";
import { measureContainer } from "./measure-container.ts";
import { createOwnActions } from "./own-actions.ts";
import { connectSocket, fitsSocketPath, socketPath } from "./socket-link.ts";
import { createStarter } from "./start-container.ts";

export type DockerRuntimeOptions = {
  /** DOCKER_HOST; the local socket when absent. */
  host?: string;
  /** Label of all that this gateway makes; another install's things are never touched. */
  installId: string;
  /** Directory for the sessions' link sockets. */
  socketsDirectory: string;
  link: "auto" | "socket" | "exec";
  /** Directories below which sessions may work in those of this machine. */
  hostRoots: readonly string[];
  /** The file that names more of them, which may change at any time: `allowed-directories.ts`. */
  allowedFile?: string;
  /** Files and directories of this machine that no session may have in its workspace. */
  hidden: readonly string[];
};

/** Long enough for an engine under load to answer, short enough that nobody hangs on one that does not. */
const CHECK_TIMEOUT_MS = 5000;

/** Of the engine's words for a container; one that is only created, or paused, has not ended. */
const ENDED = ["exited", "dead"];

/** Opens the runtime on a Docker Engine. Does not ask it for anything yet. */
export function openDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const { host, installId, socketsDirectory, link, hostRoots, allowedFile } = options;
  const closing = new AbortController();
  const docker = withDeadlines(createEngineClient(host), closing.signal);
  let checking: Promise<void> | undefined;
  const engineIsHere = sharesFilesystem(host);
  const usesSocket = link === "socket" || (link === "auto" && engineIsHere && fitsSocketPath(socketsDirectory));
  if (usesSocket) mkdirSync(socketsDirectory, { recursive: true, mode: 0o700 });
  const copier = createFilesCopier(docker, installId);
  const own = createOwnActions();
  const finder = createFinder(docker, installId);
  const sockets = usesSocket ? socketsDirectory : undefined;
  const hidden = [...options.hidden, enginePath(host)];
  const directories = createHostDirectories({ roots: hostRoots, allowedFile, hidden, engineIsHere });
  const start = createStarter({ docker, installId, finder, directories, socketsDirectory: sockets, endInstance });
  const watch = watchEngine({ docker, installId, own, listEnded: () => finder.list({ status: ENDED }) });

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

  async function openLink({ ref, sessionId }: Instance, signal: AbortSignal) {
    if (usesSocket) return connectSocket(socketPath(socketsDirectory, sessionId), signal);
    return openExecRelay(docker.getContainer(ref), signal);
  }

  async function pause(sessionId: SessionId): Promise<void> {
    for (const { Id, State } of await finder.findContainers(sessionId))
      if (State === "running") await pauseContainer(docker.getContainer(Id), closing.signal);
  }

  async function unpause(sessionId: SessionId): Promise<void> {
    for (const { Id, State } of await finder.findContainers(sessionId))
      if (State === "paused") await unpauseContainer(docker.getContainer(Id));
  }

  async function stop(sessionId: SessionId, graceMs: number): Promise<void> {
    for (const { Id } of await finder.findContainers(sessionId))
      await ignoreGone(docker.getContainer(Id).stop({ t: Math.ceil(graceMs / 1000) }));
    failpoint("instance.stopped");
    await endInstance(sessionId);
  }

  /** The socket first: a container that is left by a crash is found, and with it all that is left to do. */
  async function endInstance(sessionId: SessionId): Promise<void> {
    await rm(join(socketsDirectory, sessionId), { recursive: true, force: true });
    failpoint("instance.socket-removed");
    await finder.removeContainers(sessionId);
    failpoint("instance.removed");
  }

  async function remove(sessionId: SessionId): Promise<void> {
    await endInstance(sessionId);
    for (const name of await finder.findVolumes(sessionId)) {
      await ignoreGone(docker.getVolume(name).remove({ force: true }));
      failpoint("delete.volume-removed");
    }
  }

  async function listOwners(): Promise<SessionId[]> {
    const owners = [...new Set([...(await listActive()), ...(await finder.listVolumeOwners())])];
    own.know(owners);
    return owners;
  }

  async function listActive(): Promise<SessionId[]> {
    const sockets = existsSync(socketsDirectory) ? (readdirSync(socketsDirectory) as SessionId[]) : [];
    return [...new Set([...(await finder.listContainerOwners()), ...sockets])];
  }

  return {
    directories,
    check: namingLostEngine(check),
    copy: (spec, signal, onRead) => own.during(spec.to, () => copier.copy(spec, signal, onRead)),
    start: (spec, signal) => own.during(spec.sessionId, () => start(spec, signal)),
    openLink,
    pause: namingLostEngine((id: SessionId) => own.during(id, () => pause(id))),
    unpause: namingLostEngine((id: SessionId) => own.during(id, () => unpause(id))),
    stop: namingLostEngine((id: SessionId, graceMs: number) => own.during(id, () => stop(id, graceMs))),
    remove: namingLostEngine((id: SessionId) => own.during(id, () => remove(id))),
    measure: namingLostEngine(({ ref }: Instance) => measureContainer(docker.getContainer(ref))),
    list: namingLostEngine(() => finder.list()),
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
