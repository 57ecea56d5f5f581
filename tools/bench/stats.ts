export type Summary = { n: number; p50: number; p95: number; p99: number; max: number; mean: number };

/** The smallest sample that `percent` of all samples do not exceed: always a value that was measured. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function summarize(samples: readonly number[]): Summary {
  const [p50, p95, p99, max] = [50, 95, 99, 100].map((percent) => percentile(samples, percent)) as [
    number,
    number,
    number,
    number,
  ];
  const mean = samples.reduce((total, sample) => total + sample, 0) / samples.length;
  return { n: samples.length, p50, p95, p99, max, mean };
}
