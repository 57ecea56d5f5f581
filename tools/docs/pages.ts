/** The generated documents as functions from rows to Markdown. */
import { EXIT_WORDS } from "../../packages/cli/src/exit-words.ts";
import { ERRORS, exitCodeOf, isErrorCode } from "../../packages/protocol/src/errors.ts";
import { EVENT_TYPES } from "../../packages/protocol/src/event-type.ts";
import { type Counted, FAILURES, POLICIES } from "../../packages/protocol/src/failures.ts";
import { SETTINGS } from "../../packages/server/src/config.ts";
import { METRICS } from "../../packages/server/src/core/metric-table.ts";
import { FAILPOINTS } from "../../packages/server/src/lib/failpoint-table.ts";
import { apiPage, openApiPage } from "./api-page.ts";
import { cliPage } from "./cli-page.ts";
import { alertsPage, dashboardPage } from "./dashboards.ts";
import { type Page, page, table } from "./markdown.ts";

export function generatePages(): Page[] {
  return [
    { path: "docs/api.md", text: apiPage() },
    { path: "docs/openapi.json", text: openApiPage() },
    { path: "docs/cli.md", text: cliPage() },
    { path: "docs/configuration.md", text: configurationPage() },
    { path: "docs/crash-points.md", text: crashPointsPage() },
    { path: "docs/errors.md", text: errorsPage() },
    { path: "docs/events.md", text: eventsPage() },
    { path: "docs/failures.md", text: failuresPage() },
    { path: "docs/metrics.md", text: metricsPage() },
    dashboardPage(),
    alertsPage(),
  ];
}

function errorsPage(): string {
  const codes = Object.keys(ERRORS).filter(isErrorCode);
  const rows = codes.map((code) => {
    const { http, retry, hint } = ERRORS[code];
    return [`\`${code}\``, String(http), String(exitCodeOf(code)), retry, hint];
  });
  const endings = EXIT_WORDS.map(([code, words]) => [String(code), words]);
  return page({
    title: "Errors",
    source: "packages/protocol/src/errors.ts",
    body: [
      "Every error carries its code, a message that says what happened, the hint below and whether to try again:",
      "`never` (it will fail again), `later` (after something changed or time passed), `safe` (at once, nothing happened),",
      "`unknown` (it may have happened: look first).",
      "",
      ...table(["Code", "HTTP", "Exit", "Retry", "What to do"], rows),
      "",
      "## Exit codes of `ccd`",
      "",
      ...table(["Exit", "Meaning"], endings),
    ],
  });
}

function eventsPage(): string {
  const rows = Object.entries(EVENT_TYPES).map(([type, meaning]) => [`\`${type}\``, meaning]);
  return page({
    title: "Events",
    source: "packages/protocol/src/event-type.ts",
    body: [
      "A session's log holds these events, numbered 1, 2, 3 … by `seq`. Messages of Claude Code stand among them as",
      "`agent.<type>`, untouched in `data`.",
      "",
      ...table(["Type", "Meaning"], rows),
    ],
  });
}

const COUNTED = {
  failures: "`failures_total`",
  refusals: "`refusals_total`",
  both: "`failures_total`, `refusals_total`",
  exit: "–; the program that meets it says so",
  log: "–; the gateway's log has it",
} as const satisfies Record<Counted, string>;

function failuresPage(): string {
  const policies = Object.entries(POLICIES).map(([policy, meaning]) => [`**${policy}**`, meaning]);
  const rows = Object.entries(FAILURES).map(([code, { meaning, policy, note, counted = "refusals" }]) => {
    const words = policy.map((word) => `**${word}**`).join(", then ");
    return [`\`${code}\``, meaning, note === undefined ? words : `${words}: ${note}`, COUNTED[counted]];
  });
  return page({
    title: "Failures",
    source: "packages/protocol/src/failures.ts",
    body: [
      "Every code of [the error table](errors.md), what it means, what is done about it without being asked, and which of the",
      "[metrics](metrics.md) counts it: `cc_docker_failures_total{of,code}` each turn and each session that ended with it,",
      "`cc_docker_refusals_total{code}` each call that was answered with it.",
      "",
      ...table(["Policy", "Means"], policies),
      "",
      ...table(["Code", "Meaning", "Policy", "Counted in"], rows),
      "",
      "What follows from the gateway's own death has no code: it is in [concurrency](concurrency.md#what-a-restart-loses).",
    ],
  });
}

function metricsPage(): string {
  const rows = Object.entries(METRICS).map(([name, { kind, help, labels }]) => [
    `\`${name}\``,
    kind,
    labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  return page({
    title: "Metrics",
    source: "packages/server/src/core/metric-table.ts",
    body: [
      "At `/metrics`, in the text format of Prometheus, for anybody who reaches the port: they name no session and no",
      "owner. Counters begin at 0 with each start of the gateway, and count what is on disk. A gauge is read when somebody",
      "looks, and left out when it cannot be.",
      "",
      ...table(["Metric", "Kind", "Labels", "Tells"], rows),
      "",
      "A [dashboard for Grafana](operations/grafana-dashboard.json) and [alert rules for Prometheus](operations/alerts.yml)",
      "ask for these and no others. Without a token `/health` tells how database and engine are, `/health/live` whether the",
      "process answers, `/health/ready` whether it takes prompts.",
    ],
  });
}

function configurationPage(): string {
  const rows = Object.entries(SETTINGS).map(([name, setting]) => [
    `\`${name}\``,
    setting.default === "" ? "–" : `\`${setting.default}\``,
    setting.secret ? `${setting.description} Secret: never logged.` : setting.description,
  ]);
  return page({
    title: "Configuration",
    source: "packages/server/src/config.ts",
    body: [
      "Settings of the gateway are environment variables; an empty environment starts a working server.",
      "",
      ...table(["Setting", "Default", "Meaning"], rows),
    ],
  });
}

function crashPointsPage(): string {
  const rows = Object.entries(FAILPOINTS).map(([name, { done, missing, repair }]) => [
    `\`${name}\``,
    done,
    missing,
    repair,
  ]);
  return page({
    title: "Crash points",
    source: "packages/server/src/lib/failpoint-table.ts",
    body: [
      "Where the gateway can be told to kill itself, in the order in which things happen; [concurrency](concurrency.md)",
      "says why that order is safe. `CC_DOCKER_FAILPOINT=send.rung` kills it there, `send.rung:3` the third time. The",
      "variable is for tests of crashes and no setting: a gateway that was given a wrong name does not start, with",
      "`CONFIG_INVALID`; one that was given a right name warns of it in its log.",
      "",
      ...table(["Point", "Has happened", "Has not", "Put right by"], rows),
    ],
  });
}
