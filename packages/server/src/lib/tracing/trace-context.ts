/** The header `traceparent` of the W3C: which trace a call belongs to, and which span of it it is a part of. */
import { randomBytes } from "node:crypto";

/** `traceId`: 32, `spanId`: 16 hexadecimal digits. `sampled`: the trace is one of those that are kept. */
export type TraceContext = { traceId: string; spanId: string; sampled: boolean };

/** Later versions may add fields behind these four; version ff is none. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** `undefined` for what is no traceparent. It is somebody else's word. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", more] = TRACEPARENT.exec(header ?? "") ?? [];
  if (isZero(traceId) || isZero(spanId) || (version === "00" && more !== undefined)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;
}

export function newTraceId(): string {
  return randomBytes(16).toString("hex");
}

export function newSpanId(): string {
  return randomBytes(8).toString("hex");
}

/** All zeros, or nothing, is no id. */
function isZero(id: string): boolean {
  return /^0*$/.test(id);
}
