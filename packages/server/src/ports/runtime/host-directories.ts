/** Directories of the machine that the gateway runs on, as sessions may work in them. */
import type { FileOwner, MountedDirectory } from "@cc-docker/protocol";

/** `path`: the real one, without links. Its agent runs as the owner. */
export type HostDirectory = FileOwner & { path: string };

export interface HostDirectories {
  /**
   * The directory that a path leads to now, if sessions may work in it. Of what is outside the roots nothing is told,
   * not even whether it is there.
   * @throws CcError WORKSPACE_NOT_ALLOWED, WORKSPACE_NOT_FOUND
   */
  find(path: string): Promise<HostDirectory>;
  /**
   * That it is still there, sessions may still work in it, and its owner is the same.
   * @throws CcError WORKSPACE_NOT_ALLOWED, WORKSPACE_CHANGED
   */
  require(directory: HostDirectory): Promise<void>;
  /**
   * The same, and that it is what an instance has mounted: whatever a path led to when the engine followed it.
   * @throws CcError WORKSPACE_NOT_ALLOWED, WORKSPACE_CHANGED
   */
  requireMounted(directory: HostDirectory, mounted: MountedDirectory | undefined): Promise<void>;
}
