/** What happened when, told to a collector of traces; and nothing at all where there is none. */

/** Never what a prompt, an answer or a file says, and no secret: names, ids, counts. */
export type SpanAttributes = Record<string, string | number | boolean | undefined>;
export type SpanKind = "internal" | "server" | "client";

/** A piece of work that is over. */
export type SpanRecord = {
  name: string;
  kind: SpanKind;
  /** Its own place, by which others name it as their parent: a W3C traceparent. */
  traceparent: string;
  /** The place of what it is a part of. */
  parent?: string | undefined;
  /** In milliseconds since 1970. */
  startMs: number;
  endMs: number;
  attributes: SpanAttributes;
  /** The code of the error it ended with. */
  errorCode?: string | undefined;
  /** Moments within it, in milliseconds since 1970. */
  moments?: readonly { name: string; atMs: number }[];
  /** Of another process, which has told us; ours when absent. */
  service?: string | undefined;
};

export type OpenSpan = {
  /** Its place; `undefined` where nobody wants traces. */
  traceparent: string | undefined;
  end(outcome?: { attributes?: SpanAttributes; errorCode?: string | undefined }): void;
};

export type Tracer = {
  /** Whether anybody wants traces. */
  readonly isOn: boolean;
  /**
   * A place for work to come, below `parent` or in a trace of its own; who makes it says later what came of it, with
   * `record`. `undefined` where nobody wants traces. A parent that is no traceparent counts as none.
   */
  place(parent?: string): string | undefined;
  /** Tells of a span that is over. Never waits and never throws; what the collector does not take in time is lost. */
  record(span: SpanRecord): void;
  /** Work that begins now and ends when it says so. */
  start(name: string, from: { kind: SpanKind; parent?: string | undefined; attributes?: SpanAttributes }): OpenSpan;
  /** Tells what is still to be told, for a short time. */
  close(): Promise<void>;
};

/** Who says which traces are kept, by OpenTelemetry's own names. */
export const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

/** Where nobody wants traces. */
export const noTracer: Tracer = {
  isOn: false,
  place: () => undefined,
  record: () => {},
  start: () => ({ traceparent: undefined, end: () => {} }),
  close: async () => {},
};
