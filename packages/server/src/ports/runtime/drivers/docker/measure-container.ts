/**
 * One look at what a container uses. Engine 20.10 looks at all containers once a second and answers then, to all who ask;
 * later ones answer at once.
 */
import type Docker from "dockerode";
import type { InstanceUsage } from "../../runtime.ts";
import { statusOf } from "./engine-errors.ts";

const NANOSECONDS_PER_MS = 1e6;

export async function measureContainer(container: Docker.Container): Promise<InstanceUsage | undefined> {
  const options = { stream: false, "one-shot": true } as const;
  const stats = await container.stats(options).catch((error: unknown) => {
    if ([404, 409].includes(statusOf(error) ?? 0)) return undefined; // it has ended meanwhile
    throw error;
  });
  const cpuNanoseconds = stats?.cpu_stats?.cpu_usage?.total_usage;
  const { usage, stats: kinds } = stats?.memory_stats ?? {};
  if (!cpuNanoseconds || usage === undefined) return undefined; // of one that has ended there are no numbers
  const atMs = Date.parse(stats?.read ?? "");
  return { atMs, cpuMs: cpuNanoseconds / NANOSECONDS_PER_MS, memoryBytes: Math.max(0, usage - droppable(kinds)) };
}

/** Pages of files that nobody has used for a while, as `docker stats` leaves them out: control groups 2, and 1. */
function droppable(kinds: object | undefined): number {
  const { inactive_file: two, total_inactive_file: one } = (kinds ?? {}) as Record<string, number | undefined>;
  return one ?? two ?? 0;
}
