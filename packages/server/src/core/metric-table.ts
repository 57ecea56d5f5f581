/** Every metric of the gateway: one row each. `docs/metrics.md` is generated from here. */
import type { Meter, MetricRow } from "../lib/meter.ts";

export const METRICS = {
  cc_docker_session_moves_total: {
    help: "Changes of a session's status, by the row of the status table that allowed them.",
    labels: ["from", "to", "reason"],
  },
  cc_docker_turns_total: {
    help: "Turns that reached their end, by what it was.",
    labels: ["status"],
  },
  cc_docker_failures_total: {
    help: "Turns and sessions that ended with an error, by its code; docs/failures.md says what each means.",
    labels: ["of", "code"],
  },
  cc_docker_refusals_total: {
    help: "Calls that were refused or failed, of the API and of agents to the broker, by the code of their error.",
    labels: ["code"],
  },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof METRICS;
export type CoreMeter = Meter<MetricName>;
