/** What is as it is just now, and is read when somebody looks. */
import type { Instance, Runtime } from "../ports/runtime/runtime.ts";
import type { Store } from "../ports/store/store.ts";
import type { CoreMeter } from "./metric-table.ts";

export function measureNow(meter: CoreMeter, { store, runtime }: { store: Store; runtime: Runtime }): void {
  meter.measure("cc_docker_sessions_active", async () => [{ labels: {}, value: await store.countLiveSessions() }]);
  meter.measure("cc_docker_containers_total", async () => {
    const counts = new Map<string, number>();
    for (const instance of await runtime.list()) {
      const status = statusOf(instance);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return [...counts].map(([status, value]) => ({ labels: { status }, value }));
  });
}

function statusOf({ running, paused }: Instance): string {
  if (paused) return "paused";
  return running ? "running" : "ended";
}
