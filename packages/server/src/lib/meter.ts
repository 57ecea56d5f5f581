/** Counts and measures by name and labels, and shows it as Prometheus reads it. */
import { Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";
import { orAbort } from "./wait.ts";

/**
 * A `counter` is added to; a `gauge` is read whenever somebody looks; a `histogram` takes seconds. `labels`: their
 * names; each has few values, for every combination is a series of its own.
 */
export type MetricRow = {
  kind: "counter" | "gauge" | "histogram";
  help: string;
  labels: readonly string[];
  /** Of a histogram: upper ends in seconds. */
  buckets?: readonly number[];
};

type Labels = Record<string, string>;
export type Reading = { labels: Labels; value: number };
type NamesOf<Rows extends Record<string, MetricRow>, Kind extends MetricRow["kind"]> = {
  [Name in keyof Rows & string]: Rows[Name]["kind"] extends Kind ? Name : never;
}[keyof Rows & string];

export type Meter<Rows extends Record<string, MetricRow> = Record<string, MetricRow>> = {
  /** Adds `by` (1 when absent) to the counter of these label values. */
  add(name: NamesOf<Rows, "counter">, labels: Labels, by?: number): void;
  /** Takes one more duration, in seconds. */
  observe(name: NamesOf<Rows, "histogram">, labels: Labels, seconds: number): void;
  /** Has the gauge read when somebody looks. One that cannot be read, or not soon, is left out. */
  measure(name: NamesOf<Rows, "gauge">, read: () => Promise<readonly Reading[]>): void;
  /** All there is, in the text format of Prometheus. */
  render(): Promise<Rendered>;
};

type Rendered = { contentType: string; text: string };

/** Sooner than whoever scrapes gives up: of an engine that is away nothing is told, and all the rest is. */
const READ_WITHIN_MS = 2000;

/** A registry of its own, so that two gateways in one process count apart. */
export function createMeter<const Rows extends Record<string, MetricRow>>(rows: Rows): Meter<Rows> {
  const registry = new Registry();
  const counters = new Map<string, Counter<string>>();
  const gauges = new Map<string, Gauge<string>>();
  const histograms = new Map<string, Histogram<string>>();
  let rendering: Promise<Rendered> | undefined;
  const readers = new Map<string, () => Promise<readonly Reading[]>>();
  for (const [name, { kind, help, labels, buckets = [] }] of Object.entries<MetricRow>(rows)) {
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === "counter") counters.set(name, new Counter<string>(common));
    if (kind === "gauge") gauges.set(name, new Gauge<string>(common));
    if (kind === "histogram") histograms.set(name, new Histogram<string>({ ...common, buckets: [...buckets] }));
  }

  async function readGauge(name: string): Promise<void> {
    const reading = readers.get(name)?.() ?? Promise.resolve([]);
    const readings = await orAbort(reading, AbortSignal.timeout(READ_WITHIN_MS)).catch(() => []);
    const gauge = gauges.get(name);
    gauge?.reset();
    gauge?.remove({}); // one without labels is set to 0 by that, which nobody has read
    for (const { labels, value } of readings) gauge?.set(labels, value);
  }

  async function render(): Promise<Rendered> {
    await Promise.all([...readers.keys()].map(readGauge));
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  return {
    add: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    observe: (name, labels, seconds) => histograms.get(name)?.observe(labels, seconds),
    measure: (name, read) => void readers.set(name, read),
    /** Who looks at the same time sees the same: however many they are, each gauge is read once. */
    render: () => {
      rendering ??= render().finally(() => {
        rendering = undefined;
      });
      return rendering;
    },
  };
}
