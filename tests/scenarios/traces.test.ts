/** Traces, from a caller's own span to what the agent does; and nothing of the kind where nobody wants them. */
import { createClient } from "@cc-docker/client";
import { expect } from "vitest";
import { openInstall } from "../harness/install.ts";
import { openSession, runTurn } from "../harness/run-turn.ts";
import { type CollectedSpan, startSpanCollector } from "../harness/span-collector.ts";
import { startGatewayProcess } from "../harness/start-gateway-process.ts";
import { startStack } from "../harness/start-stack.ts";
import { waitUntil } from "../harness/wait-until.ts";
import { verifies } from "../verifies.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const headers = () => ({ traceparent: `00-${TRACE}-${CALLER}-01` });

verifies(
  "traces.turn",
  "a caller's trace goes on through its call to the turn, and says nothing of what was said",
  async () => {
    await using collector = await startSpanCollector();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: "x-collector-key=a%20key" };
    await using stack = await startStack({ env });
    await using session = await openSession(stack.client());
    const token = await stack.token("alice");
    const client = createClient({ url: stack.url, token, headers });
    const { turn } = await runTurn(client, session.id, "say: a word of the answer");

    const call = await collector.waitFor("chat.send", inTrace);
    const span = await collector.waitFor("turn");
    await collector.waitFor("wrapper.turn", inTrace);
    await collector.waitFor("claude_code.interaction", inTrace);
    expect(collector.headers()).toMatchObject({ "x-collector-key": "a key" });
    expect(call).toMatchObject({
      parentSpanId: CALLER,
      failed: false,
      resource: { "service.name": "cc-docker-gateway" },
    });
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: call.spanId, failed: false });
    expect(span.attributes).toMatchObject({
      "cc_docker.session.id": session.id,
      "cc_docker.turn.id": turn.id,
      "cc_docker.turn.status": "completed",
      "cc_docker.turn.queue_wait_ms": expect.any(Number),
      "cc_docker.turn.cost_usd": turn.result?.costUsd,
      "gen_ai.usage.output_tokens": turn.result?.usage.outputTokens,
    });
    expect(collector.bodies.join("\n")).not.toContain("a word of the answer");
    expect(collector.bodies.join("\n")).not.toContain(stack.canary);
  },
);

verifies(
  "traces.turn",
  "what the agent does in a turn is told below that turn, in every turn of its life",
  async () => {
    await using collector = await startSpanCollector();
    await using stack = await startStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    await using session = await openSession(stack.client());
    const { id: sessionId } = session;
    const traceIds: string[] = [];
    for (const prompt of ["say: one", "bash: echo a-secret-word", "say: three"]) {
      const { turn } = await runTurn(stack.client(), sessionId, prompt);
      const span = await collector.waitFor("turn", ({ attributes }) => attributes["cc_docker.turn.id"] === turn.id);
      const ofTurn = ({ traceId }: CollectedSpan) => traceId === span.traceId;
      const wrapper = await collector.waitFor("wrapper.turn", ofTurn);
      const interaction = await collector.waitFor("claude_code.interaction", ofTurn);
      const model = await collector.waitFor("claude_code.llm_request", ofTurn);
      expect(wrapper).toMatchObject({ parentSpanId: span.spanId, resource: { "service.name": "cc-docker-wrapper" } });
      expect(interaction).toMatchObject({ parentSpanId: wrapper.spanId, resource: { "service.name": "claude-code" } });
      expect(model).toMatchObject({ parentSpanId: interaction.spanId });
      for (const { attributes } of [wrapper, interaction, model])
        expect(attributes["cc_docker.session.id"]).toBe(sessionId);
      expect(model.attributes).toMatchObject({ output_tokens: expect.anything(), success: true });
      traceIds.push(span.traceId);
      if (prompt.startsWith("bash")) await collector.waitFor("claude_code.tool", ofTurn);
    }
    expect(new Set(traceIds).size).toBe(3);
    expect(collector.bodies.join("\n")).not.toMatch(/a-secret-word|user_prompt|say: one/);
  },
);

verifies("traces.turn", "a turn that outlives its gateway has one span, told by the gateway after it", async () => {
  await using collector = await startSpanCollector();
  await using install = await openInstall({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await using first = await startGatewayProcess(install.env);
  const token = await install.token("alice");
  const { id: sessionId } = await openSession(createClient({ url: first.url, token }));
  const before = createClient({ url: first.url, token, headers });
  const { id } = await before.chat.send.mutate({ sessionId, prompt: "wait: 3s\nsay: after all" });
  await waitUntil(async () => (await before.chat.get.query({ sessionId, turnId: id })).status === "running", {
    what: "the turn to run",
  });
  await first.end("SIGKILL");
  const killedNs = BigInt(Date.now()) * 1_000_000n;
  expect(collector.spans.filter(({ name }) => name === "turn")).toEqual([]);

  await using second = await startGatewayProcess(install.env);
  const span = await collector.waitFor("turn", inTrace);
  expect(span).toMatchObject({ failed: false, attributes: { "cc_docker.turn.id": id } });
  expect(span.attributes).toMatchObject({ "cc_docker.turn.status": "completed" });
  expect([span.startNs < killedNs, span.endNs > killedNs]).toEqual([true, true]);
  await createClient({ url: second.url, token }).sessions.delete.mutate({ sessionId });
  expect(await second.end("SIGTERM")).toBe(0); // all spans are told by then
  expect(collector.spans.filter(({ name }) => name === "turn")).toHaveLength(1);
});

verifies(
  "traces.turn",
  "a call that is refused has a span with its error's code, and REST calls have spans too",
  async () => {
    await using collector = await startSpanCollector();
    await using stack = await startStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    const authorization = `Bearer ${await stack.token("alice")}`;
    const answer = await fetch(`${stack.url}/api/v1/sessions/0b4f7c56-3a0e-4b52-8c3a-7d6f0a4f6b1e`, {
      headers: { authorization, ...headers() },
    });
    expect(answer.status).toBe(404);
    expect(await collector.waitFor("sessions.get", inTrace)).toMatchObject({
      parentSpanId: CALLER,
      failed: true,
      attributes: { "error.type": "SESSION_NOT_FOUND", "rpc.method": "sessions.get" },
    });
  },
);

verifies("traces.off", "without a collector no exporter is loaded; with one that is away all goes on", async () => {
  const report = `data:text/javascript,${encodeURIComponent(REPORT_LOADS)}`;
  await using install = await openInstall({ NODE_OPTIONS: `--import=${report}` });
  await using off = await startGatewayProcess(install.env);
  expect(off.output()).not.toContain("loads @opentelemetry");
  expect(await off.end("SIGTERM")).toBe(0);

  const away = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
  await using on = await startGatewayProcess({ ...install.env, ...away });
  expect(on.output()).toContain("loads @opentelemetry/exporter-trace-otlp-http");
  const client = createClient({ url: on.url, token: await install.token("alice") });
  expect((await client.sessions.list.query({})).sessions).toEqual([]);
  const began = performance.now();
  expect(await on.end("SIGTERM")).toBe(0);
  expect(performance.now() - began).toBeLessThan(5000);
});

/** Says which packages of OpenTelemetry the process loads; its API, which does nothing alone, belongs to the metrics. */
const REPORT_LOADS = `
  import { registerHooks } from "node:module";
  registerHooks({
    resolve(name, context, next) {
      if (/^@opentelemetry[/](?!api$)/.test(name)) process.stderr.write("loads " + name + "\\n");
      return next(name, context);
    },
  });
`;

function inTrace({ traceId }: CollectedSpan): boolean {
  return traceId === TRACE;
}
