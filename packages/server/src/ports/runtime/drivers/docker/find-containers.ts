/** What an install has on the engine, found by its labels: whoever else has one of the same name keeps it. */
import type { SessionId } from "@cc-docker/protocol";
import type Docker from "dockerode";
import type { Instance } from "../../runtime.ts";
import { LABELS } from "./container-template.ts";
import { ignoreGone } from "./engine-errors.ts";

export function createFinder(docker: Docker, installId: string) {
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

  async function findContainers(sessionId: SessionId): Promise<Docker.ContainerInfo[]> {
    return docker.listContainers({ all: true, filters: ours(sessionId) });
  }

  async function removeContainers(sessionId: SessionId): Promise<void> {
    for (const { Id } of await findContainers(sessionId))
      await ignoreGone(docker.getContainer(Id).remove({ force: true, v: false }));
  }

  /** Names of a session's volumes. */
  async function findVolumes(sessionId: SessionId): Promise<string[]> {
    const { Volumes } = await docker.listVolumes({ filters: ours(sessionId) });
    return Volumes.map(({ Name }) => Name);
  }

  async function listContainerOwners(): Promise<SessionId[]> {
    const containers = await docker.listContainers({ all: true, filters: ours() });
    return containers.map(({ Labels }) => Labels[LABELS.session] as SessionId);
  }

  async function listVolumeOwners(): Promise<SessionId[]> {
    const { Volumes } = await docker.listVolumes({ filters: ours() });
    return Volumes.map(({ Labels }) => Labels[LABELS.session] as SessionId);
  }

  function ours(sessionId?: SessionId): { label: string[] } {
    const ofSession = sessionId === undefined ? [] : [`${LABELS.session}=${sessionId}`];
    return { label: [`${LABELS.install}=${installId}`, ...ofSession] };
  }

  return { list, findContainers, removeContainers, findVolumes, listContainerOwners, listVolumeOwners };
}

export type Finder = ReturnType<typeof createFinder>;
