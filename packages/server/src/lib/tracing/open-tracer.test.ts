import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openTracer } from "./open-tracer.ts";
import { parseTraceparent } from "./trace-context.ts";
import type { SamplerName } from "./tracer.ts";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED = PARENT.replace(/01$/, "00");

function open(endpoint: string, sampler: SamplerName = "parentbased_always_on", ratio = 1) {
  const tracer = openTracer({ endpoint, headers: "", service: "test", version: "1", sampler, ratio });
  onTestFinished(tracer.close);
  return tracer;
}

async function startReceiver() {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => bodies.push(chunk.toString()));
    request.on("end", () => response.end("{}"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, said: () => bodies.join("") };
}

test("what is still to be told is told at the end", async () => {
  const receiver = await startReceiver();
  const tracer = open(receiver.url);
  tracer.start("work", { kind: "server", parent: PARENT }).end({ errorCode: "SOME_ERROR" });
  await tracer.close();
  expect(receiver.said()).toContain('"parentSpanId":"b7ad6b7169203331"');
  expect(receiver.said()).toContain("SOME_ERROR");
  tracer.start("after the end", { kind: "server" }).end();
  expect(receiver.said()).not.toContain("after the end");
});

test("a place is in its parent's trace, and in one of its own where the parent is none", () => {
  const tracer = open("http://127.0.0.1:9");
  expect(parseTraceparent(tracer.place(PARENT))?.traceId).toBe(parseTraceparent(PARENT)?.traceId);
  expect(tracer.place(PARENT)).not.toBe(PARENT);
  expect(parseTraceparent(tracer.place("garbage"))?.sampled).toBe(true);
});

test("a collector that is away holds the end up for two seconds at most", async () => {
  const tracer = open("http://127.0.0.1:9");
  tracer.start("work", { kind: "server" }).end();
  const began = performance.now();
  await tracer.close();
  expect(performance.now() - began).toBeLessThan(3000);
});

test.each<[SamplerName, number, string | undefined, boolean]>([
  ["parentbased_always_on", 1, undefined, true],
  ["parentbased_always_on", 1, UNSAMPLED, false],
  ["always_on", 1, UNSAMPLED, true],
  ["always_off", 1, PARENT, false],
  ["parentbased_always_off", 1, PARENT, true],
  ["parentbased_always_off", 1, undefined, false],
  ["traceidratio", 0, PARENT, false],
  ["traceidratio", 1, UNSAMPLED, true],
  ["parentbased_traceidratio", 0, undefined, false],
])("%s %d below %s keeps the trace: %s", (sampler, ratio, parent, kept) => {
  expect(parseTraceparent(open("http://127.0.0.1:9", sampler, ratio).place(parent))?.sampled).toBe(kept);
});
