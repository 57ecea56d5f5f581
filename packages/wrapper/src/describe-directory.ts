import { readFileSync, statSync } from "node:fs";
import type { MountedDirectory } from "@cc-docker/protocol";

/** A directory as its kernel knows it, whatever it is called. Needs no right to enter it. */
export function describeDirectory(path: string): MountedDirectory {
  const { dev, ino } = statSync(path, { bigint: true });
  const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  return { device: String(dev), inode: String(ino), bootId };
}
