import type { Runtime } from "../ports/runtime/runtime.ts";
import type { Store } from "../ports/store/store.ts";

type Word = "healthy" | "unhealthy";
export type HealthReport = { status: Word; version: string; components: { database: Word; docker: Word } };

/** Asks every component for real. What is wrong with one is not told: anybody may read the report. */
export async function checkHealth(
  deps: { store: Store; runtime: Runtime; version: string },
  signal: AbortSignal,
): Promise<HealthReport> {
  const [database, docker] = await Promise.all([wordFor(deps.store.check()), wordFor(deps.runtime.check(signal))]);
  const status = database === "healthy" && docker === "healthy" ? "healthy" : "unhealthy";
  return { status, version: deps.version, components: { database, docker } };
}

function wordFor(check: Promise<void>): Promise<Word> {
  return check.then(
    () => "healthy" as const,
    () => "unhealthy" as const,
  );
}
