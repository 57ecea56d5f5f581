/** What operators look at, and what they are woken for: one row each, over the rows of the metric table. */
import type { Page } from "./markdown.ts";

type Panel = { title: string; unit: string; queries: readonly { legend: string; expr: string }[] };

const quantiles = (metric: string) =>
  [0.5, 0.95, 0.99].map((quantile) => ({
    legend: `p${quantile * 100}`,
    expr: `histogram_quantile(${quantile}, sum by (le) (rate(${metric}_bucket[5m])))`,
  }));
const rate = (metric: string, by: string) => [
  {
    legend: by
      .split(", ")
      .map((label) => `{{${label}}}`)
      .join(" "),
    expr: `sum by (${by}) (rate(${metric}[5m]))`,
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Sessions that live", unit: "short", queries: [{ legend: "live", expr: "cc_docker_sessions_active" }] },
  {
    title: "Containers",
    unit: "short",
    queries: [{ legend: "{{status}}", expr: "sum by (status) (cc_docker_containers_total)" }],
  },
  {
    title: "CPU of containers",
    unit: "percent",
    queries: [{ legend: "{{of}}", expr: "max by (of) (cc_docker_container_cpu_usage_percent)" }],
  },
  {
    title: "Memory of containers",
    unit: "bytes",
    queries: [{ legend: "{{of}}", expr: "max by (of) (cc_docker_container_memory_usage_bytes)" }],
  },
  {
    title: "Traffic of containers",
    unit: "Bps",
    queries: [
      { legend: "in", expr: "sum(rate(cc_docker_container_network_rx_bytes[5m]))" },
      { legend: "out", expr: "sum(rate(cc_docker_container_network_tx_bytes[5m]))" },
    ],
  },
  { title: "Changes of sessions", unit: "ops", queries: rate("cc_docker_session_moves_total", "to, reason") },
  { title: "Start to ready agent", unit: "s", queries: quantiles("cc_docker_container_startup_seconds") },
  { title: "Lives of sessions", unit: "s", queries: quantiles("cc_docker_session_duration_seconds") },
  { title: "Turns", unit: "ops", queries: rate("cc_docker_turns_total", "status") },
  { title: "Failures", unit: "ops", queries: rate("cc_docker_failures_total", "of, code") },
  { title: "Refusals", unit: "ops", queries: rate("cc_docker_refusals_total", "code") },
  { title: "Requests", unit: "reqps", queries: rate("cc_docker_requests_total", "status") },
  { title: "Requests take", unit: "s", queries: quantiles("cc_docker_request_duration_seconds") },
  {
    title: "Cost an hour",
    unit: "currencyUSD",
    queries: [{ legend: "US dollars", expr: "sum(increase(cc_docker_claude_cost_usd_total[1h]))" }],
  },
  { title: "Tokens", unit: "ops", queries: rate("cc_docker_claude_tokens_total", "type") },
  {
    title: "Cost a turn",
    unit: "currencyUSD",
    queries: [
      {
        legend: "mean",
        expr: "sum(rate(cc_docker_claude_cost_usd_total[15m])) / sum(rate(cc_docker_claude_turns_total[15m]))",
      },
    ],
  },
  { title: "Sessions that came to a status", unit: "ops", queries: rate("cc_docker_sessions_total", "status") },
];

type Alert = { name: string; expr: string; for: string; severity: "page" | "ticket"; summary: string; action: string };

export const ALERTS: readonly Alert[] = [
  {
    name: "CcDockerDatabaseRefuses",
    expr: 'sum(rate(cc_docker_refusals_total{code=~"STORE_UNAVAILABLE|STORE_FULL"}[5m])) > 0',
    for: "1m",
    severity: "page",
    summary: "Prompts are refused: the database has no space, or the disk did not keep what was written.",
    action: "Free space in DATA_DIR; after STORE_UNAVAILABLE start the gateway again.",
  },
  {
    name: "CcDockerEngineAway",
    expr: 'sum(rate(cc_docker_failures_total{code=~"RUNTIME_UNAVAILABLE|ENGINE_DISK_FULL"}[5m])) > 0',
    for: "2m",
    severity: "page",
    summary: "Sessions fail: the engine does not answer, or has no space.",
    action: "See to the Docker Engine; sessions wake with the next prompt.",
  },
  {
    name: "CcDockerDefects",
    expr: 'sum(increase(cc_docker_refusals_total{code="INTERNAL"}[15m])) > 0',
    for: "0m",
    severity: "ticket",
    summary: "Calls failed by a defect of the gateway.",
    action: "The gateway's log has the details, at level ERROR.",
  },
  {
    name: "CcDockerModelRefuses",
    expr: 'sum(rate(cc_docker_failures_total{code=~"MODEL_AUTH_FAILED|MODEL_UNREACHABLE"}[5m])) > 0',
    for: "5m",
    severity: "page",
    summary: "Turns fail: the model refuses the credential, or cannot be reached.",
    action: "Check ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN, and ANTHROPIC_BASE_URL.",
  },
  {
    name: "CcDockerTurnsFail",
    expr: 'sum(rate(cc_docker_turns_total{status="failed"}[15m])) / sum(rate(cc_docker_turns_total[15m])) > 0.2',
    for: "15m",
    severity: "ticket",
    summary: "More than a fifth of all turns fail.",
    action: "cc_docker_failures_total tells by which error; docs/failures.md what it means.",
  },
  {
    name: "CcDockerAgentsCrash",
    expr: 'sum(increase(cc_docker_session_moves_total{reason=~"recovering|crashed|oom"}[15m])) > 5',
    for: "0m",
    severity: "ticket",
    summary: "Agents or containers die.",
    action: "cc_docker_failures_total tells by which error; OUT_OF_MEMORY asks for smaller work or more memory.",
  },
  {
    name: "CcDockerSlowStarts",
    expr: "histogram_quantile(0.95, sum by (le) (rate(cc_docker_container_startup_seconds_bucket[15m]))) > 10",
    for: "15m",
    severity: "ticket",
    summary: "One session in twenty takes more than 10 s to start.",
    action: "The engine's machine is short of CPU or disk; MAX_CONTAINERS bounds what it carries.",
  },
  {
    name: "CcDockerContainersExhausted",
    expr: 'sum(rate(cc_docker_refusals_total{code="CONTAINER_LIMIT_REACHED"}[5m])) > 0',
    for: "5m",
    severity: "ticket",
    summary: "Sessions are refused: as many containers run as may.",
    action: "Raise MAX_CONTAINERS, or lower CONTAINER_IDLE_TIMEOUT.",
  },
];

const [WIDTH, HEIGHT] = [12, 8];

export function dashboardPage(): Page {
  const panels = PANELS.map(({ title, unit, queries }, index) => ({
    id: index + 1,
    title,
    type: "timeseries",
    datasource: { type: "prometheus", uid: "${datasource}" },
    gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(({ legend, expr }, query) => ({ refId: `Q${query}`, legendFormat: legend, expr })),
  }));
  const templating = { list: [{ name: "datasource", type: "datasource", query: "prometheus", label: "Prometheus" }] };
  const dashboard = {
    uid: "cc-docker",
    title: "cc-docker",
    schemaVersion: 39,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
  };
  return {
    path: "docs/operations/grafana-dashboard.json",
    text: `${JSON.stringify({ ...dashboard, templating, panels }, null, 2)}\n`,
  };
}

/** YAML takes JSON's strings as they are. */
export function alertsPage(): Page {
  const rules = ALERTS.flatMap(({ name, expr, for: period, severity, summary, action }) => [
    `      - alert: ${name}`,
    `        expr: ${JSON.stringify(expr)}`,
    `        for: ${period}`,
    `        labels: { severity: ${severity} }`,
    "        annotations:",
    `          summary: ${JSON.stringify(summary)}`,
    `          action: ${JSON.stringify(action)}`,
  ]);
  const head = [
    "# Generated from tools/docs/dashboards.ts by ./dev docs. Edit the rows there.",
    "groups:",
    "  - name: cc-docker",
    "    rules:",
  ];
  return { path: "docs/operations/alerts.yml", text: `${[...head, ...rules].join("\n")}\n` };
}
