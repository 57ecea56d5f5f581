import { readFileSync } from "node:fs";

/** Where a container finds the counts of its own control group: version 2, version 1. */
const COUNTS = ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"] as const;

/** How many processes of this container the kernel has killed for want of memory; 0 where it does not tell. */
export function countOomKills(files: readonly string[] = COUNTS): number {
  for (const file of files) {
    const [, count] = /^oom_kill (\d+)$/m.exec(readIfThere(file)) ?? [];
    if (count !== undefined) return Number(count);
  }
  return 0;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // of the other version, or closed to us
  }
}
