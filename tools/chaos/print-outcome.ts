import type { Counts } from "./count-history.ts";
import type { Killed } from "./killer/run-killer.ts";
import type { Check } from "./proof/conclude.ts";

export type Outcome = {
  seed: number;
  kills: readonly Killed[];
  counts: Counts;
  checks: readonly Check[];
  /** What kept the run from its end; the checks are then missing. */
  trouble?: string;
};

/** Of one check: more of the same say no more. */
const MAX_VIOLATIONS = 10;

export function isPassed({ checks, trouble }: Outcome): boolean {
  return trouble === undefined && checks.every(({ violations }) => violations.length === 0);
}

export function describeOutcome(outcome: Outcome): string {
  const { seed, kills, counts, checks, trouble } = outcome;
  return [
    `seed ${seed}`,
    ...kills.map(({ atMs, kind, what }) => `${(atMs / 1000).toFixed(1).padStart(8)} s  ${kind.padEnd(17)}  ${what}`),
    ...Object.entries(counts).map(([what, count]) => `${String(count).padStart(8)}  ${what}`),
    ...checks.flatMap(describeCheck),
    ...(trouble === undefined ? [] : [`the run did not come to its end: ${trouble}`]),
    `verdict: ${isPassed(outcome) ? "PASS" : "FAIL"}`,
  ].join("\n");
}

function describeCheck({ what, violations }: Check): string[] {
  const more = violations.length - MAX_VIOLATIONS;
  return [
    `${violations.length === 0 ? "PASS" : "FAIL"}  ${what}`,
    ...violations.slice(0, MAX_VIOLATIONS).map((violation) => `      ${violation.slice(0, 2000)}`),
    ...(more > 0 ? [`      and ${more} more`] : []),
  ];
}
