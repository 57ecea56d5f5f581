import { type Arm, type Finding, judge, type Outcome } from "./outcome.ts";
import { summarize } from "./stats.ts";

/** Below this many samples a p99 says little; the promise asks for as many. */
const ENOUGH_SAMPLES = 30;

export type NamedOutcome = Outcome & { bench: string };

export function describeOutcome({ bench, arms, findings, notes }: NamedOutcome): string {
  const few = arms.some(({ samples }) => samples.length < ENOUGH_SAMPLES)
    ? [`arms with fewer than ${ENOUGH_SAMPLES} samples: their p95 and p99 are little more than the worst`]
    : [];
  const table = arms.length > 0 ? [...alignRows(arms.map(toRow)), ""] : [];
  const lines = [...table, ...alignRows(findings.map(toFindingRow), false)];
  return [bench, ...lines, ...[...notes, ...few].map((note) => `note: ${note}`)]
    .map((line, index) => (index === 0 || line === "" ? line : `  ${line}`))
    .join("\n");
}

/** For machines: the same with every sample. */
export function toJson({ bench, arms, findings, notes }: NamedOutcome): object {
  return {
    bench,
    arms: arms.map((arm) => ({ ...arm, ...summarize(arm.samples) })),
    findings: findings.map((finding) => ({ ...finding, verdict: judge(finding) || "stated" })),
    notes,
  };
}

function toRow({ name, unit, samples }: Arm): string[] {
  const { n, p50, p95, p99, max, mean } = summarize(samples);
  return [name, unit, String(n), ...[p50, p95, p99, max, mean].map((value) => format(value))];
}

function toFindingRow(finding: Finding): string[] {
  const { what, value, unit, target, atLeast } = finding;
  const aim = target === undefined ? "" : `target ${atLeast ? ">= " : ""}${target} ${unit}`;
  return [what, `${format(value)} ${unit}`, aim, judge(finding)];
}

const HEADINGS = ["arm", "unit", "n", "p50", "p95", "p99", "max", "mean"];

function alignRows(rows: string[][], hasHeadings = true): string[] {
  const all = hasHeadings ? [HEADINGS, ...rows] : rows;
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => pad(cell, column, widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function pad(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** Three digits that count; a ratio of 0.043 is not 0.0. */
function format(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(1);
}
