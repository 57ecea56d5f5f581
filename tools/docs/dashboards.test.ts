import { describe, expect, it } from "vitest";
import { isErrorCode } from "../../packages/protocol/src/errors.ts";
import { METRICS } from "../../packages/server/src/core/metric-table.ts";
import { ALERTS, PANELS } from "./dashboards.ts";

const SERIES = new Map(
  Object.entries(METRICS).flatMap(([name, { kind, labels }]) =>
    (kind === "histogram" ? ["_bucket", "_sum", "_count"] : [""]).map((end) => [
      `${name}${end}`,
      new Set<string>(kind === "histogram" ? [...labels, "le"] : labels),
    ]),
  ),
);
const QUERIES = [...PANELS.flatMap(({ queries }) => queries), ...ALERTS].map(({ expr }) => expr);

describe("dashboard and alerts", () => {
  it.each(QUERIES)("ask for what there is: %s", (expr) => {
    const names = [...expr.matchAll(/cc_docker_\w+/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect([...SERIES.keys()]).toContain(name);
    const labels = names.flatMap((name) => [...(SERIES.get(name) ?? [])]);
    for (const [, by = ""] of expr.matchAll(/by \(([^)]*)\)/g))
      for (const label of by.split(", ")) expect(labels).toContain(label);
    for (const [, label = ""] of expr.matchAll(/[{,](\w+)=~?"/g)) expect(labels).toContain(label);
  });

  it.each(ALERTS)("$name asks for codes that there are", ({ expr }) => {
    const codes = [...expr.matchAll(/code=~?"([^"]+)"/g)].flatMap(([, list = ""]) => list.split("|"));
    for (const code of codes) expect([code, isErrorCode(code)]).toEqual([code, true]);
  });

  it("leave no metric out", () => {
    const asked = QUERIES.join(" ");
    expect(Object.keys(METRICS).filter((name) => !asked.includes(name))).toEqual([]);
  });
});
