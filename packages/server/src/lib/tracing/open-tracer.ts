/** Spans for a collector over OTLP/HTTP, through OpenTelemetry's own exporter. Loaded only where one is wanted. */
import { type Attributes, type HrTime, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type ReadableSpan, SamplingDecision } from "@opentelemetry/sdk-trace";
import { parseHeaderList } from "./header-list.ts";
import { createSampler, type SamplerSettings } from "./sampler.ts";
import { formatTraceparent, newSpanId, newTraceId, parseTraceparent, type TraceContext } from "./trace-context.ts";
import type { OpenSpan, SpanAttributes, SpanRecord, Tracer } from "./tracer.ts";

export type TracerOptions = SamplerSettings & {
  /** Of the collector: spans go to `/v1/traces` below it. */
  endpoint: string;
  /** For the collector: `name=value`, with commas between them. */
  headers: string;
  service: string;
  version: string;
};

/** What waits for the collector at most, in spans; one more is lost. */
const MAX_WAITING = 4096;
const MAX_BATCH = 512;
const SEND_EVERY_MS = 1000;
const SEND_WITHIN_MS = 5000;
/** A part of the ten seconds that the whole gateway has for its end. */
const CLOSE_WITHIN_MS = 2000;

const KINDS = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

export function openTracer(options: TracerOptions): Tracer {
  const { endpoint, headers, service, version } = options;
  const sampler = createSampler(options);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, "")}/v1/traces`,
    headers: parseHeaderList(headers),
    timeoutMillis: SEND_WITHIN_MS,
  });
  const batches = new BatchSpanProcessor({
    exporter,
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: MAX_BATCH,
    scheduledDelayMillis: SEND_EVERY_MS,
    exportTimeoutMillis: SEND_WITHIN_MS,
  });
  const resources = new Map<string, ReturnType<typeof resourceFromAttributes>>();
  let closing: Promise<void> | undefined;

  function resourceOf(name: string) {
    const known = resources.get(name);
    if (known) return known;
    const ours = name === service && { "service.version": version };
    const made = resourceFromAttributes({ "service.name": name, ...ours });
    resources.set(name, made);
    return made;
  }

  function place(parent?: string): string {
    const above = parseTraceparent(parent);
    const traceId = above?.traceId ?? newTraceId();
    const sampled = above ? isKept(above) : isChosen(traceId);
    return formatTraceparent({ traceId, spanId: newSpanId(), sampled });
  }

  function isKept(above: TraceContext): boolean {
    return sampler.followsParent ? above.sampled : isChosen(above.traceId);
  }

  function isChosen(traceId: string): boolean {
    const { decision } = sampler.root.shouldSample(ROOT_CONTEXT, traceId, "", SpanKind.INTERNAL, {}, []);
    return decision === SamplingDecision.RECORD_AND_SAMPLED;
  }

  function record(span: SpanRecord): void {
    const own = parseTraceparent(span.traceparent);
    if (closing || !own?.sampled) return;
    batches.onEnd(toReadable(span, own, resourceOf(span.service ?? service), version));
  }

  function start(name: string, { kind, parent, attributes }: Parameters<Tracer["start"]>[1]): OpenSpan {
    const traceparent = place(parent);
    const startMs = now();
    return {
      traceparent,
      end: (outcome = {}) =>
        record({
          ...{ name, kind, traceparent, parent, startMs, endMs: now(), errorCode: outcome.errorCode },
          attributes: { ...attributes, ...outcome.attributes },
        }),
    };
  }

  async function shutDown(): Promise<void> {
    const patience = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
    await Promise.race([batches.shutdown().catch(() => {}), patience]); // a collector that is away keeps nobody
  }

  function close(): Promise<void> {
    closing ??= shutDown();
    return closing;
  }

  return { isOn: true, place, record, start, close };
}

/** Since 1970, with fractions: two spans within a millisecond keep their order. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function toReadable(
  span: SpanRecord,
  own: TraceContext,
  resource: ReadableSpan["resource"],
  version: string,
): ReadableSpan {
  const parent = parseTraceparent(span.parent);
  const endMs = Math.max(span.startMs, span.endMs);
  return {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => toSpanContext(own),
    ...(parent && { parentSpanContext: { ...toSpanContext(parent), isRemote: true } }),
    startTime: toHrTime(span.startMs),
    endTime: toHrTime(endMs),
    duration: toHrTime(endMs - span.startMs),
    status: { code: span.errorCode === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: toAttributes(span.attributes, span.errorCode),
    links: [],
    events: (span.moments ?? []).map(({ name, atMs }) => ({ name, time: toHrTime(atMs), attributes: {} })),
    ended: true,
    resource,
    instrumentationScope: { name: "cc-docker", version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function toSpanContext({ traceId, spanId, sampled }: TraceContext) {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE };
}

function toHrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

function toAttributes(given: SpanAttributes, errorCode: string | undefined): Attributes {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(known), ...(errorCode !== undefined && { "error.type": errorCode }) };
}
