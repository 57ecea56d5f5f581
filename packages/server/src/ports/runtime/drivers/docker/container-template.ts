/**
 * The one template of every session's container. Callers choose the image's name, and a directory of the host that was
 * looked at before, and nothing else; why each line is there stands in `docs/security.md`.
 */
import type { ContainerCreateOptions, MountSettings } from "dockerode";
import type { FilePart, InstanceSpec } from "../../runtime.ts";

export const LABELS = {
  install: "cc-docker.install",
  session: "cc-docker.session",
  generation: "cc-docker.generation",
  /** On a container that copies files for the session: whose. */
  copyOf: "cc-docker.copy-of",
} as const;

/** Where the wrapper's socket is, inside. Behind a directory of the image that only the wrapper may enter. */
const LINK_DIRECTORY = "/run/cc-docker/link";
export const WRAPPER_USER = "wrapper";
export const WRAPPER_UID = 990;

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

export type TemplateInput = InstanceSpec & {
  installId: string;
  /** The gateway's directory for the wrapper's socket; without one the socket stays inside, for the exec relay. */
  socketDirectory?: string;
};

function containerName(sessionId: string): string {
  return `cc-docker-${sessionId}`;
}

export function volumeNames(sessionId: string): Record<FilePart, string> {
  return { workspace: `cc-docker-${sessionId}-workspace`, home: `cc-docker-${sessionId}-home` };
}

/** The session that a volume of this name belongs to, whoever's session that is. */
export function ownerOfVolume(name: string): string | undefined {
  return /^cc-docker-(.+)-(workspace|home)$/.exec(name)?.[1];
}

export function containerTemplate(input: TemplateInput): ContainerCreateOptions & { name: string } {
  const { sessionId, generation, image, installId, socketDirectory, directory } = input;
  const owner = { [LABELS.install]: installId, [LABELS.session]: sessionId };
  const volumes = volumeNames(sessionId);
  const inside = {
    [LINK_DIRECTORY]: `rw,noexec,nosuid,nodev,size=64k,mode=0700,uid=${WRAPPER_UID},gid=${WRAPPER_UID}`,
  };
  return {
    name: containerName(sessionId),
    Image: image,
    Hostname: "session",
    Labels: { ...owner, [LABELS.generation]: String(generation) },
    Env: [`CC_DOCKER_SESSION=${sessionId}`],
    HostConfig: {
      NetworkMode: "none",
      CapDrop: ["ALL"],
      CapAdd: ["SETUID", "SETGID", "KILL"],
      SecurityOpt: ["no-new-privileges:true"],
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": `rw,exec,nosuid,nodev,size=${GIB},mode=1777`, ...(!socketDirectory && inside) },
      Mounts: [
        directory ? bind(directory.path, "/workspace") : volume(volumes.workspace, "/workspace", owner),
        volume(volumes.home, "/home", owner),
        ...(socketDirectory ? [bind(socketDirectory, LINK_DIRECTORY)] : []),
      ],
      PidsLimit: 512,
      Memory: 4 * GIB,
      MemorySwap: 4 * GIB,
      NanoCpus: 2_000_000_000,
      IpcMode: "private",
      LogConfig: { Type: "local", Config: { "max-size": "1m", "max-file": "1", compress: "false" } },
      RestartPolicy: { Name: "no" },
    },
  };
}

/** That directory and nothing that is mounted below it, now or later. One that is not there is not made. */
function bind(source: string, target: string): MountSettings {
  const BindOptions = { Propagation: "rprivate", NonRecursive: true } as const;
  return { Type: "bind", Source: source, Target: target, BindOptions };
}

function volume(name: string, target: string, labels: Record<string, string>): MountSettings {
  return {
    Type: "volume",
    Source: name,
    Target: target,
    VolumeOptions: { NoCopy: false, Labels: labels, DriverConfig: { Name: "local", Options: {} } },
  };
}
