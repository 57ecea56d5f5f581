/** The wrapper's own span around each turn, told to the gateway's collector. What cannot be told is lost. */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { TurnId } from "@cc-docker/protocol";

export type TurnTraces = {
  /** @returns the place that the agent's work on the turn is below; `undefined` for a turn that is in no trace */
  begin(turnId: TurnId, parent: string | undefined): string | undefined;
  /** The work on the turn has ended. */
  end(turnId: TurnId | undefined): void;
};

type Open = { turnId: TurnId; traceId: string; spanId: string; parentSpanId: string; startMs: number };

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const SAMPLED = 1;
const INTERNAL = 1;
const TELL_WITHIN_MS = 5000;

export function createTurnTraces({ port }: { port: number }): TurnTraces {
  let open: Open | undefined;

  function begin(turnId: TurnId, parent: string | undefined): string | undefined {
    const [, traceId, parentSpanId, flags] = TRACEPARENT.exec(parent ?? "") ?? [];
    if (!traceId || !parentSpanId || !flags) return undefined;
    if ((Number.parseInt(flags, 16) & SAMPLED) !== SAMPLED) return parent; // the agent is to keep silent too
    open = { turnId, traceId, spanId: randomBytes(8).toString("hex"), parentSpanId, startMs: now() };
    return `00-${traceId}-${open.spanId}-${flags}`;
  }

  function end(turnId: TurnId | undefined): void {
    if (open?.turnId !== turnId || !open) return;
    tell(toExport(open, now()), port);
    open = undefined;
  }

  return { begin, end };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function tell(body: string, port: number): void {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const signal = AbortSignal.timeout(TELL_WITHIN_MS);
  const sent = request({ host: "127.0.0.1", port, path: "/v1/traces", method: "POST", agent: false, headers, signal });
  sent.on("response", (response) => response.resume().on("error", () => undefined));
  sent.on("error", () => undefined);
  sent.end(body);
}

/** OTLP's JSON. */
function toExport({ turnId, traceId, spanId, parentSpanId, startMs }: Open, endMs: number): string {
  const span = {
    ...{ traceId, spanId, parentSpanId, name: "wrapper.turn", kind: INTERNAL },
    startTimeUnixNano: toNano(startMs),
    endTimeUnixNano: toNano(endMs),
    attributes: [{ key: "cc_docker.turn.id", value: { stringValue: turnId } }],
  };
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [span] }] }] });
}

function toNano(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n);
}
