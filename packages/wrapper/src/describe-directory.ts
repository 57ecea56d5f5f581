import { readFileSync, statSync } from "node:fs";
import type { MountedDirectory } from "@cc-docker/protocol";

/**
 * A directory as its kernel knows it, whatever it is called. Needs no right to enter it.
 * @returns `undefined` where the kernel does not tell which it is; then no session works in a directory of the host
 */
export function describeDirectory(path: string): MountedDirectory | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return { device: String(dev), inode: String(ino), bootId };
  } catch {
    return undefined;
  }
}
