/**
 * The collector that instances find on their link: takes the spans of wrapper and agent, and tells them on as the
 * gateway's tracer does its own. All of it is the instance's word: read field by field, for the traces of its own turns
 * only, and no more of it than a turn may need.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { SessionId } from "@cc-docker/protocol";
import type { Clock } from "../../lib/clock.ts";
import { dropOldest } from "../../lib/drop-oldest.ts";
import { parseTraceparent } from "../../lib/tracing/trace-context.ts";
import type { SpanRecord, Tracer } from "../../lib/tracing/tracer.ts";
import { readSpans } from "./read-spans.ts";

export type Telemetry = {
  /** The session's instance is told of this place in a trace: spans of that trace may come. */
  expect(sessionId: SessionId, traceparent: string | undefined): void;
  /** Takes a connection to the telemetry door. */
  serve(sessionId: SessionId, stream: Duplex): void;
  close(): void;
};

export type TelemetryDeps = { tracer: Tracer; clock: Pick<Clock, "monotonicMs"> };

const PATH = "/v1/traces";
const MAX_BODY_BYTES = 1024 * 1024;
/** An agent tells some five spans a call of the model. Those that do not pass count too: they are looked at. */
const MAX_SPANS_PER_MINUTE = 3000;
/** Of what is beyond it nothing is read. */
const MAX_BYTES_PER_MINUTE = 16 * MAX_BODY_BYTES;
const MINUTE_MS = 60_000;
/** The trace of the turn that runs, and those before it whose last spans are still on their way. */
const MAX_TRACES = 20;
/** Of more sessions the ones told of longest ago are forgotten: a lost span, at worst. */
const MAX_SESSIONS = 10_000;

type Source = { sessionId: SessionId; traces: Set<string>; minute: number; spans: number; bytes: number };

export function createTelemetry({ tracer, clock }: TelemetryDeps): Telemetry {
  const sources = new Map<SessionId, Source>();
  const sourceOf = new WeakMap<object, SessionId>();
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy()); // its sender is gone
  });

  function expect(sessionId: SessionId, traceparent: string | undefined): void {
    const context = parseTraceparent(traceparent);
    if (!context?.sampled) return;
    const source = sources.get(sessionId) ?? { sessionId, traces: new Set(), minute: 0, spans: 0, bytes: 0 };
    sources.delete(sessionId);
    sources.set(sessionId, source);
    source.traces.delete(context.traceId);
    source.traces.add(context.traceId);
    dropOldest(source.traces, MAX_TRACES);
    dropOldest(sources, MAX_SESSIONS);
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sessionId = sourceOf.get(request.socket);
    const source = sessionId && sources.get(sessionId);
    if (request.method !== "POST" || request.url !== PATH) return refuse(response, 404);
    const body = await readBody(request);
    if (body === undefined) return refuse(response, 413);
    if (source) for (const span of admit(source, body)) tracer.record(span);
    response.writeHead(200, { "content-type": "application/json" }).end("{}"); // what was left out is not sent again
  }

  function admit(source: Source, body: Buffer): SpanRecord[] {
    const minute = Math.floor(clock.monotonicMs() / MINUTE_MS);
    if (source.minute !== minute) Object.assign(source, { minute, spans: 0, bytes: 0 });
    const left = MAX_SPANS_PER_MINUTE - source.spans;
    source.bytes += body.byteLength;
    if (left <= 0 || source.bytes > MAX_BYTES_PER_MINUTE) return [];
    const { looked, spans } = readSpans(body, source, left);
    source.spans += looked;
    return spans;
  }

  function serve(sessionId: SessionId, stream: Duplex): void {
    sourceOf.set(stream, sessionId);
    server.emit("connection", stream);
  }

  return { expect, serve, close: () => server.closeAllConnections() };
}

/** `undefined` when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: "close" }).end();
}
