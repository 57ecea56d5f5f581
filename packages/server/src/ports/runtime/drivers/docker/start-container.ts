/** Starts a session's container; doing it again meets what was made before. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CcError, type SessionId } from "@cc-docker/protocol";
import type Docker from "dockerode";
import { failpoint } from "../../../../lib/failpoint.ts";
import { orAbort } from "../../../../lib/wait.ts";
import type { HostDirectories } from "../../host-directories.ts";
import type { Instance, InstanceSpec } from "../../runtime.ts";
import { unpauseContainer } from "./container-pause.ts";
import { containerTemplate, LABELS } from "./container-template.ts";
import { statusOf, translateEngineError, translateFileError } from "./engine-errors.ts";
import type { Finder } from "./find-containers.ts";

/** An engine may have to wait for its disk; the start's own deadline is nearer than this. */
const CREATE_TIMEOUT_MS = 120_000;

/** A create that was given up may still make a container, which is to be found and removed. */
const GIVEN_UP_CREATE_MS = 5000;

/** An engine needs some ten milliseconds to let a removed container's name go. */
const NAME_TAKEN_RETRY_MS = 20;

type StarterDeps = {
  docker: Docker;
  installId: string;
  finder: Finder;
  directories: Pick<HostDirectories, "require">;
  /** Where sessions' sockets are; absent when links are no sockets. */
  socketsDirectory: string | undefined;
  /** Removes what a start has made. */
  endInstance: (sessionId: SessionId) => Promise<void>;
};
type Template = ReturnType<typeof containerTemplate>;

export function createStarter({ docker, installId, finder, directories, socketsDirectory, endInstance }: StarterDeps) {
  async function start(spec: InstanceSpec, signal: AbortSignal): Promise<Instance> {
    signal.throwIfAborted();
    if (spec.directory) await directories.require(spec.directory);
    const socketDirectory = socketsDirectory && join(socketsDirectory, spec.sessionId);
    if (socketDirectory) await makeSocketDirectory(socketDirectory);
    failpoint("launch.socket-made");
    const template = containerTemplate({ ...spec, installId, ...(socketDirectory && { socketDirectory }) });
    const creating = createOrFind(template, spec, signal); // awaited also when given up: it may still make a container
    try {
      const ref = await orAbort(creating, signal);
      failpoint("launch.container-created");
      await startContainer(ref, signal);
      failpoint("launch.container-started");
      return { ref, sessionId: spec.sessionId, generation: spec.generation, running: true, paused: false };
    } catch (error) {
      await orAbort(creating, AbortSignal.timeout(GIVEN_UP_CREATE_MS)).catch(() => undefined);
      await endInstance(spec.sessionId).catch(() => undefined); // the start's own error says more
      throw translateEngineError(error, spec.image);
    }
  }

  /**
   * The container's name is the session's: a second create meets the first. One of an earlier generation is removed,
   * which takes the engine a while, more so when somebody else removes it too. @returns its id
   */
  async function createOrFind(template: Template, spec: InstanceSpec, signal: AbortSignal): Promise<string> {
    for (;;) {
      const made = await create(template);
      if (made !== undefined) return made;
      const found = await findStarted(template.name, spec.generation);
      if (found !== undefined) return found;
      await finder.removeContainers(spec.sessionId);
      failpoint("launch.stale-removed");
      signal.throwIfAborted();
      await sleep(NAME_TAKEN_RETRY_MS);
    }
  }

  /** @returns `undefined` when the name is taken */
  async function create(template: Template): Promise<string | undefined> {
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

  return start;
}

/** The wrapper's uid makes its socket in it; its parent lets no other user of this machine in. */
async function makeSocketDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    throw translateFileError(error);
  });
  await chmod(directory, 0o777);
}
