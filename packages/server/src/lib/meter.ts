/** Counts by name and labels, and shows them as Prometheus reads them. */
import { Counter, Registry } from "@prometheus-io/client";

/** `labels`: their names; each has few values, for every combination is a series of its own. */
export type MetricRow = { help: string; labels: readonly string[] };

export type Meter<Name extends string = string> = {
  /** Adds `by` (1 when absent) to the counter of these label values. */
  add(name: Name, labels: Record<string, string>, by?: number): void;
  /** All there is, in the text format of Prometheus. */
  render(): Promise<{ contentType: string; text: string }>;
};

/** A registry of its own, so that two gateways in one process count apart. */
export function createMeter<Name extends string>(rows: Record<Name, MetricRow>): Meter<Name> {
  const registry = new Registry();
  const counters = new Map<string, Counter<string>>();
  for (const [name, { help, labels }] of Object.entries<MetricRow>(rows)) {
    counters.set(name, new Counter<string>({ name, help, labelNames: [...labels], registers: [registry] }));
  }
  return {
    add: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
