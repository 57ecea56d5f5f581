import type { Core } from "../../core/core.ts";
import { VERSION } from "../../version.ts";

export type HealthReport = {
  status: "healthy" | "unhealthy";
  version: string;
  components: Record<"database" | "docker", "healthy" | "unhealthy">;
};

/** Asks every component for real. What is wrong stands in the log, not in an answer that anybody may read. */
export async function reportHealth(core: Core, signal: AbortSignal): Promise<HealthReport> {
  const { database, docker } = await core.health(signal);
  const components = { database: word(database), docker: word(docker) };
  return { status: word(database ?? docker), version: VERSION, components };
}

function word(problem: string | undefined): "healthy" | "unhealthy" {
  return problem === undefined ? "healthy" : "unhealthy";
}
