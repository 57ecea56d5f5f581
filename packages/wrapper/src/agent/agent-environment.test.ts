import { expect, test } from "vitest";
import { agentEnvironment } from "./agent-environment.ts";

const names = (tracing: Parameters<typeof agentEnvironment>[0]["tracing"]) =>
  Object.keys(agentEnvironment({ modelMaxRetries: 1, goOn: false, tracing })).filter((name) =>
    /OTEL|TELEMETRY|TRACE/.test(name),
  );

test("an agent hears of traces only where somebody wants them", () => {
  expect(names(undefined)).toEqual([]);
  expect(names({})).toContain("OTEL_TRACES_EXPORTER");
  expect(names({})).not.toContain("TRACEPARENT");
  expect(names({ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" })).toContain("TRACEPARENT");
});

test("what is asked and answered stays out of what it tells", () => {
  const { OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER, ...rest } = agentEnvironment({
    modelMaxRetries: 1,
    goOn: false,
    tracing: {},
  });
  expect([OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER]).toEqual(["none", "none"]);
  expect(Object.keys(rest).filter((name) => name.startsWith("OTEL_LOG_"))).toEqual([]);
});
