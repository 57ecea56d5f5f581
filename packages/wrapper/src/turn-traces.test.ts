import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { TurnId } from "@cc-docker/protocol";
import { expect, onTestFinished, test } from "vitest";
import { createTurnTraces } from "./turn-traces.ts";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const turnId = TurnId.parse(randomUUID());

async function startCollector() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    void text(request).then(resolve);
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, told: promise };
}

test("a turn's span is told at its end, between the gateway's and the agent's", async () => {
  const { port, told } = await startCollector();
  const traces = createTurnTraces({ port });
  const own = traces.begin(turnId, PARENT);
  expect(own).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
  traces.end(TurnId.parse(randomUUID()));
  traces.end(turnId);
  const [, , spanId] = String(own).split("-");
  expect(JSON.parse(await told)).toMatchObject({
    resourceSpans: [{ scopeSpans: [{ spans: [{ name: "wrapper.turn", spanId, parentSpanId: "b7ad6b7169203331" }] }] }],
  });
});

test("a turn that is in no trace has no span; one whose trace is not kept hands that on", () => {
  const traces = createTurnTraces({ port: 9 });
  expect(traces.begin(turnId, undefined)).toBeUndefined();
  expect(traces.begin(turnId, "garbage")).toBeUndefined();
  const unsampled = PARENT.replace(/01$/, "00");
  expect(traces.begin(turnId, unsampled)).toBe(unsampled);
  traces.end(turnId);
});

test("a collector that is away is nobody's trouble", () => {
  const traces = createTurnTraces({ port: 9 });
  traces.begin(turnId, PARENT);
  expect(() => traces.end(turnId)).not.toThrow();
});
