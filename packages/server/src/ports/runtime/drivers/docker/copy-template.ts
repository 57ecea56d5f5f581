/** The template of the container that copies a session's files for a fork; why each line is there: `docs/security.md`. */
import type { ContainerCreateOptions, MountSettings } from "dockerode";
import type { CopySpec, FilePart } from "../../runtime.ts";
import { LABELS, volumeNames } from "./container-template.ts";

const MIB = 1024 * 1024;

/** Where each of a session's volumes is, inside. */
const PLACES: Readonly<Record<FilePart, string>> = { workspace: "/workspace", home: "/home" };

export function copyContainerName(sessionId: string): string {
  return `cc-docker-${sessionId}-copy`;
}

/** `places`: those of the volumes that there are to copy. */
export function copyTemplate(
  { from, to, image }: CopySpec,
  { installId, places }: { installId: string; places: readonly FilePart[] },
): ContainerCreateOptions & { name: string } {
  const [source, target] = [volumeNames(from), volumeNames(to)];
  return {
    name: copyContainerName(to),
    Image: image,
    Entrypoint: ["/opt/cc-docker/copy-files.sh"],
    Cmd: [],
    User: "0:0",
    WorkingDir: "/",
    StopSignal: "SIGKILL",
    Hostname: "copy",
    Labels: { [LABELS.install]: installId, [LABELS.session]: to, [LABELS.copyOf]: from },
    HostConfig: {
      NetworkMode: "none",
      CapDrop: ["ALL"],
      CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"],
      SecurityOpt: ["no-new-privileges:true"],
      ReadonlyRootfs: true,
      Mounts: places.flatMap((place) => [
        { Type: "volume", Source: source[place], Target: `/from/${place}`, ReadOnly: true } satisfies MountSettings,
        emptyVolume(target[place], PLACES[place]),
      ]),
      PidsLimit: 32,
      Memory: 512 * MIB,
      MemorySwap: 512 * MIB,
      NanoCpus: 2_000_000_000,
      IpcMode: "private",
      LogConfig: { Type: "local", Config: { "max-size": "1m", "max-file": "1", compress: "false" } },
      RestartPolicy: { Name: "no" },
    },
  };
}

/** Nothing of the image is put into it: all that it gets is the other session's. */
function emptyVolume(name: string, target: string): MountSettings {
  return {
    Type: "volume",
    Source: name,
    Target: target,
    VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: "local", Options: {} } },
  };
}
