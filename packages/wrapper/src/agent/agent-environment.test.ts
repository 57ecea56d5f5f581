import { expect, test } from "vitest";
import { agentEnvironment } from "./agent-environment.ts";
import { toAgentUser } from "./agent-user.ts";

const user = toAgentUser(undefined);

const names = (tracing: Parameters<typeof agentEnvironment>[0]["tracing"]) =>
  Object.keys(agentEnvironment({ user, modelMaxRetries: 1, goOn: false, tracing })).filter((name) =>
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
    user,
    modelMaxRetries: 1,
    goOn: false,
    tracing: {},
  });
  expect([OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER]).toEqual(["none", "none"]);
  expect(Object.keys(rest).filter((name) => name.startsWith("OTEL_LOG_"))).toEqual([]);
});

test("an agent finds itself in the home of whom it runs as, and is told of a sandbox where that is root", () => {
  const environmentOf = (uid: number) => {
    const { HOME, IS_SANDBOX } = agentEnvironment({
      user: toAgentUser({ uid, gid: 100 }),
      modelMaxRetries: 1,
      goOn: false,
      tracing: undefined,
    });
    return { HOME, IS_SANDBOX };
  };
  expect(environmentOf(12_345)).toEqual({ HOME: "/home/users/12345", IS_SANDBOX: undefined });
  expect(environmentOf(1000)).toEqual({ HOME: "/home/agent", IS_SANDBOX: undefined });
  expect(environmentOf(0)).toEqual({ HOME: "/home/users/0", IS_SANDBOX: "1" });
});

test("an agent has the tool that tells its whole list of todos, with every model", () => {
  const { CLAUDE_CODE_ENABLE_TODO_TOOLS, CLAUDE_CODE_ENABLE_TASKS } = agentEnvironment({
    ...{ user, modelMaxRetries: 1, goOn: false, tracing: undefined },
  });
  expect([CLAUDE_CODE_ENABLE_TODO_TOOLS, CLAUDE_CODE_ENABLE_TASKS]).toEqual(["1", "0"]);
});
