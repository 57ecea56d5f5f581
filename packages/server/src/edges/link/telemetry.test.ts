import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import type { SessionId } from "@cc-docker/protocol";
import { expect, onTestFinished, test } from "vitest";
import { createManualClock } from "../../lib/clock.test-helper.ts";
import { noTracer, type SpanRecord } from "../../lib/tracing/tracer.ts";
import { createTelemetry } from "./telemetry.ts";

const SESSION = "the-session" as SessionId;
const OTHER = "another" as SessionId;
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const FOREIGN = "1".repeat(32);
const PLACE = `00-${TRACE}-b7ad6b7169203331-01`;

/** The door as an instance of the session has it. */
async function openDoor(sessionId = SESSION) {
  const told: SpanRecord[] = [];
  const clock = createManualClock();
  const telemetry = createTelemetry({ tracer: { ...noTracer, record: (span) => void told.push(span) }, clock });
  const door = createServer((socket) => telemetry.serve(sessionId, socket)).listen(0, "127.0.0.1");
  await once(door, "listening");
  onTestFinished(() => {
    telemetry.close();
    door.close();
  });
  const { port } = door.address() as AddressInfo;

  async function send(body: string, { path = "/v1/traces", method = "POST" } = {}): Promise<number | undefined> {
    const sent = request({ host: "127.0.0.1", port, path, method, agent: false });
    sent.on("error", () => undefined); // what is too large is hung up on
    sent.end(body);
    const [response] = (await once(sent, "response")) as [{ statusCode?: number; resume(): void }];
    response.resume();
    return response.statusCode;
  }

  return { ...telemetry, told, clock, send };
}

function exportOf(...spans: object[]): string {
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "the-bank" } }] };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: spans.map((span) => spanOf(span)) }] }] });
}

function spanOf(more: object): object {
  const nano = `${Date.now()}000000`;
  const times = { startTimeUnixNano: nano, endTimeUnixNano: nano };
  return { traceId: TRACE, spanId: "b7ad6b7169203332", name: "claude_code.tool", ...times, ...more };
}

test("a span of the session's own trace passes, under the session's id and a name that is known", async () => {
  const door = await openDoor();
  door.expect(SESSION, PLACE);
  const attributes = [
    { key: "tool_name", value: { stringValue: "Bash" } },
    { key: "duration_ms", value: { intValue: "12" } },
    { key: "cc_docker.session.id", value: { stringValue: "another" } },
    { key: "user_prompt", value: { stringValue: "what was asked" } },
    { key: "model", value: { stringValue: `\u001b[2J${"x".repeat(10)}` } },
    { key: "stop_reason", value: { stringValue: "x".repeat(5000) } },
  ];
  expect(await door.send(exportOf({ attributes, parentSpanId: "b7ad6b7169203331", events: [{ name: "said" }] }))).toBe(
    200,
  );
  expect(door.told).toMatchObject([{ name: "claude_code.tool", service: "claude-code", parent: PLACE }]);
  expect(door.told[0]?.attributes).toEqual({ tool_name: "Bash", duration_ms: 12, "cc_docker.session.id": SESSION });
  expect(JSON.stringify(door.told)).not.toMatch(/the-bank|what was asked|said/);
});

test.each<[string, object]>([
  ["of a trace that is not the session's", { traceId: FOREIGN }],
  ["with a name of the gateway's", { name: "turn" }],
  ["of another day", { startTimeUnixNano: "1000000000" }],
  ["without an id", { spanId: "garbage" }],
])("a span %s is left out, and the others pass", async (_what, odd) => {
  const door = await openDoor();
  door.expect(SESSION, PLACE);
  door.expect(OTHER, PLACE.replace(TRACE, FOREIGN));
  expect(await door.send(exportOf(odd, {}))).toBe(200);
  expect(door.told).toHaveLength(1);
});

test("an instance that was told of no trace tells nothing, and neither does one of an unsampled trace", async () => {
  const door = await openDoor();
  expect(await door.send(exportOf({}))).toBe(200);
  door.expect(SESSION, PLACE.replace(/01$/, "00"));
  expect(await door.send(exportOf({}))).toBe(200);
  expect(door.told).toEqual([]);
});

test("more spans than a turn may need are lost, until the next minute", async () => {
  const door = await openDoor();
  door.expect(SESSION, PLACE);
  const many = exportOf(...Array.from({ length: 1800 }, () => ({})));
  await door.send(many);
  await door.send(many);
  expect(door.told).toHaveLength(3000);
  door.clock.advance(60_000);
  await door.send(many);
  expect(door.told).toHaveLength(4800);
});

test("what is garbage is looked at no more often than spans are, so nobody waits for it", async () => {
  const door = await openDoor();
  door.expect(SESSION, PLACE);
  const scope = `{"spans":[${Array.from({ length: 2000 }, () => "{}").join(",")}]}`;
  await door.send(`{"resourceSpans":[{"scopeSpans":[${Array.from({ length: 100 }, () => scope).join(",")}]}]}`);
  await door.send(exportOf({}));
  expect(door.told).toEqual([]);
  door.clock.advance(60_000);
  await door.send(exportOf({}));
  expect(door.told).toHaveLength(1);
});

test("of what has very many bytes nothing is read, until the next minute", async () => {
  const door = await openDoor();
  door.expect(SESSION, PLACE);
  const large = JSON.stringify({ padding: "x".repeat(1024 * 1024 - 100), resourceSpans: [] });
  for (let n = 0; n < 17; n += 1) await door.send(large);
  await door.send(exportOf({}));
  expect(door.told).toEqual([]);
  door.clock.advance(60_000);
  await door.send(exportOf({}));
  expect(door.told).toHaveLength(1);
});

test("nothing but spans is taken, and no more than a megabyte at once", async () => {
  const door = await openDoor();
  door.expect(SESSION, PLACE);
  expect(await door.send("{}", { path: "/v1/logs" })).toBe(404);
  expect(await door.send("{}", { method: "PUT" })).toBe(404);
  expect(await door.send("x".repeat(1024 * 1024 + 1))).toBe(413);
  for (const garbage of [
    "",
    "garbage",
    "[]",
    '{"resourceSpans":7}',
    '{"resourceSpans":[{"scopeSpans":[{"spans":[7]}]}]}',
  ])
    expect(await door.send(garbage)).toBe(200);
  expect(door.told).toEqual([]);
});
