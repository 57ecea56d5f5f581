/**
 * Spans as an instance tells them, in OTLP's JSON. Only what stands in these tables passes: an agent may be told by its
 * own files to put prompts into its spans, and may say anything.
 */
import type { SessionId } from "@cc-docker/protocol";
import { z } from "zod";
import { parseJson, recordOf } from "../../lib/json.ts";
import { formatTraceparent } from "../../lib/tracing/trace-context.ts";
import type { SpanAttributes, SpanRecord } from "../../lib/tracing/tracer.ts";

/** Who tells spans of such names. */
const SERVICES = [
  { service: "claude-code", name: /^claude_code\.[a-z_.]{1,60}$/ },
  { service: "cc-docker-wrapper", name: /^wrapper\.turn$/ },
] as const;

/** What of a span's attributes passes: numbers, kinds, ids, names of models and tools. */
const ATTRIBUTES = new Set([
  "attempt",
  "cache_creation_tokens",
  "cache_read_tokens",
  "cc_docker.turn.id",
  "decision",
  "duration_ms",
  "effort",
  "error.type",
  "first_content_ms",
  "gen_ai.conversation.id",
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.id",
  "gen_ai.system",
  "gen_ai.tool.call.id",
  "gen_ai.tool.name",
  "input_tokens",
  "interaction.duration_ms",
  "interaction.sequence",
  "llm_request.context",
  "model",
  "output_tokens",
  "parent.source",
  "request_id",
  "source",
  "span.type",
  "speed",
  "stop_reason",
  "success",
  "tool_name",
  "tool_use_id",
  "ttft_ms",
]);

const STATUS_ERROR = 2;
/** The wall clocks of gateway and instance are one kernel's, or of two machines that agree to a day. */
const MAX_SKEW_MS = 86_400_000;

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const nanoseconds = z.union([z.string().regex(/^\d{1,20}$/), z.number().nonnegative()]).transform(Number);
const WORD = /^[\x20-\x7e]{0,200}$/;
const INTEGER = /^-?\d{1,15}$/;
const Span = z.object({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16).or(z.literal("")).optional(),
  name: z.string(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes: z.array(z.unknown()).max(200).default([]),
  status: z.object({ code: z.number().optional() }).optional(),
});
const Scope = z.object({ spans: z.array(z.unknown()).max(2000).default([]) });
const Export = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(Scope).max(100).default([]) })).max(100),
});

/**
 * Those that can be read and are of one of the session's `traces`; none of what is no such export.
 * @param most so many are looked at
 * @returns how many were, and those that pass
 */
export function readSpans(
  body: Buffer,
  { sessionId, traces }: { sessionId: SessionId; traces: ReadonlySet<string> },
  most: number,
): { looked: number; spans: SpanRecord[] } {
  const parsed = Export.safeParse(parseJson(body.toString()));
  if (!parsed.success) return { looked: 0, spans: [] };
  const told = parsed.data.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  const given = told.slice(0, most);
  const spans = given.flatMap((one) => {
    const span = Span.safeParse(one);
    return span.success && traces.has(span.data.traceId) ? toRecords(span.data, sessionId) : [];
  });
  return { looked: given.length, spans };
}

function toRecords(span: z.infer<typeof Span>, sessionId: SessionId): SpanRecord[] {
  const service = SERVICES.find(({ name }) => name.test(span.name))?.service;
  const [startMs, endMs] = [span.startTimeUnixNano / 1e6, span.endTimeUnixNano / 1e6];
  if (!service || !isNow(startMs) || !isNow(endMs)) return [];
  const { traceId, parentSpanId } = span;
  const attributes = readAttributes(span.attributes);
  const placeOf = (spanId: string) => formatTraceparent({ traceId, spanId, sampled: true });
  return [
    {
      ...{ name: span.name, kind: "internal", service, startMs, endMs },
      traceparent: placeOf(span.spanId),
      parent: parentSpanId ? placeOf(parentSpanId) : undefined,
      attributes: { ...attributes, "cc_docker.session.id": sessionId },
      errorCode: span.status?.code === STATUS_ERROR ? String(attributes["error.type"] ?? "error") : undefined,
    },
  ];
}

function readAttributes(given: readonly unknown[]): SpanAttributes {
  return Object.fromEntries(
    given.flatMap((one) => {
      const { key, value } = recordOf(one);
      const read = typeof key === "string" && ATTRIBUTES.has(key) ? readValue(recordOf(value)) : undefined;
      return read === undefined ? [] : [[key as string, read] as const];
    }),
  );
}

/** By hand: an agent may send hundreds of thousands that are none, and a schema takes its time to say what is wrong. */
function readValue({ stringValue, boolValue, doubleValue, intValue }: Record<string, unknown>) {
  if (typeof stringValue === "string" && WORD.test(stringValue)) return stringValue;
  if (typeof boolValue === "boolean") return boolValue;
  if (typeof doubleValue === "number") return doubleValue;
  if (Number.isSafeInteger(intValue) || (typeof intValue === "string" && INTEGER.test(intValue)))
    return Number(intValue);
  return undefined;
}

function isNow(ms: number): boolean {
  return Math.abs(ms - Date.now()) < MAX_SKEW_MS;
}
