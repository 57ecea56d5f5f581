/** What is as it is just now, and is read when somebody looks. */
import type { Reading } from "../lib/meter.ts";
import type { Instance, Runtime } from "../ports/runtime/runtime.ts";
import type { Store } from "../ports/store/store.ts";
import type { CoreMeter } from "./metric-table.ts";
import type { ContainerUsage, ContainerUsages } from "./sessions/container-usage.ts";

export type MeasureNowDeps = { store: Store; runtime: Runtime; usages: Pick<ContainerUsages, "measureAll"> };

export function measureNow(meter: CoreMeter, { store, runtime, usages }: MeasureNowDeps): void {
  meter.measure("cc_docker_sessions_active", async () => [{ labels: {}, value: await store.countLiveSessions() }]);
  meter.measure("cc_docker_containers_total", async () => {
    const counts = new Map<string, number>();
    for (const instance of await runtime.list()) {
      const status = statusOf(instance);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return [...counts].map(([status, value]) => ({ labels: { status }, value }));
  });
  /** Who looks at all gauges looks once. */
  let looking: Promise<ContainerUsage[] | undefined> | undefined;
  const look = (): Promise<ContainerUsage[] | undefined> => {
    looking ??= usages.measureAll().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const sumAndMost = async (of: keyof ContainerUsage) => {
    const found = await look();
    return found ? summarize(found.map((usage) => usage[of])) : [];
  };
  meter.measure("cc_docker_container_cpu_usage_percent", () => sumAndMost("cpuPercent"));
  meter.measure("cc_docker_container_memory_usage_bytes", () => sumAndMost("memoryBytes"));
}

/** Of no single session: whoever looks may be anybody. */
function summarize(values: readonly number[]): Reading[] {
  return [
    { labels: { of: "sum" }, value: values.reduce((sum, value) => sum + value, 0) },
    { labels: { of: "max" }, value: Math.max(0, ...values) },
  ];
}

function statusOf({ running, paused }: Instance): string {
  if (paused) return "paused";
  return running ? "running" : "ended";
}
