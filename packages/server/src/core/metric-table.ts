/** Every metric of the gateway: one row each. `docs/metrics.md` is generated from here. */
import type { Meter, MetricRow } from "../lib/meter.ts";

/** From an answer out of memory to one that waits for a turn. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];
const START_SECONDS = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 60];
const LIFE_SECONDS = [10, 30, 60, 300, 600, 1800, 3600, 14_400, 86_400];

export const METRICS = {
  cc_docker_sessions_total: {
    kind: "counter",
    help: "Sessions that came to a status; to starting when they were created, woken or recovered.",
    labels: ["status"],
  },
  cc_docker_sessions_active: { kind: "gauge", help: "Sessions that live: neither deleted nor at rest.", labels: [] },
  cc_docker_session_duration_seconds: {
    kind: "histogram",
    help: "From a session's creation or waking to its rest or deletion, where this gateway saw both.",
    labels: [],
    buckets: LIFE_SECONDS,
  },
  cc_docker_session_moves_total: {
    kind: "counter",
    help: "Changes of a session's status, by the row of the status table that allowed them.",
    labels: ["from", "to", "reason"],
  },
  cc_docker_requests_total: {
    kind: "counter",
    help: "HTTP requests that were answered, by route, method and status; a stream when it has ended.",
    labels: ["endpoint", "method", "status"],
  },
  cc_docker_request_duration_seconds: {
    kind: "histogram",
    help: "From an HTTP request's head to the end of its answer, by route; streams are left out.",
    labels: ["endpoint"],
    buckets: CALL_SECONDS,
  },
  cc_docker_containers_total: {
    kind: "gauge",
    help: "This install's containers on the engine, as it has them: running, paused or ended.",
    labels: ["status"],
  },
  cc_docker_container_cpu_usage_percent: {
    kind: "gauge",
    help: "Of one core, what the containers that run use: the sum of all, and the most that one uses. Since the last look.",
    labels: ["of"],
  },
  cc_docker_container_memory_usage_bytes: {
    kind: "gauge",
    help: "Memory of the containers that run, without what the kernel could drop: the sum of all, and the most of one.",
    labels: ["of"],
  },
  cc_docker_container_network_rx_bytes: {
    kind: "counter",
    help: "Bytes that went into containers over their links, which is all the network they have.",
    labels: [],
  },
  cc_docker_container_network_tx_bytes: {
    kind: "counter",
    help: "Bytes that came out of containers over their links.",
    labels: [],
  },
  cc_docker_container_startup_seconds: {
    kind: "histogram",
    help: "From a session's creation or waking to its ready agent.",
    labels: [],
    buckets: START_SECONDS,
  },
  cc_docker_claude_turns_total: { kind: "counter", help: "Turns that Claude Code gave a result for.", labels: [] },
  cc_docker_claude_cost_usd_total: { kind: "counter", help: "What those turns cost, in US dollars.", labels: [] },
  cc_docker_claude_tokens_total: {
    kind: "counter",
    help: "Tokens of those turns: input, output, cache_read, cache_creation.",
    labels: ["type"],
  },
  cc_docker_turns_total: {
    kind: "counter",
    help: "Turns that reached their end, by what it was.",
    labels: ["status"],
  },
  cc_docker_failures_total: {
    kind: "counter",
    help: "Turns and sessions that ended with an error, by its code; docs/failures.md says what each means.",
    labels: ["of", "code"],
  },
  cc_docker_refusals_total: {
    kind: "counter",
    help: "Calls that were refused or failed, of the API and of agents to the broker, by the code of their error.",
    labels: ["code"],
  },
} as const satisfies Record<string, MetricRow>;

export type CoreMeter = Meter<typeof METRICS>;
