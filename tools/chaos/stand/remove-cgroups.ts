import { globSync } from "node:fs";
import { rmdir } from "node:fs/promises";

/** Groups without processes, the innermost first: of the one hierarchy, or of each where controllers have their own. */
export async function removeCgroups(parent: string): Promise<void> {
  const found = globSync([`/sys/fs/cgroup/{,*/}${parent}`, `/sys/fs/cgroup/{,*/}${parent}/**/`]);
  for (const path of found.toSorted((one, other) => other.length - one.length)) await rmdir(path).catch(ignoreGone);
}

/** The same group may be found by two names. */
function ignoreGone(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
