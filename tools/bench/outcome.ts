/** What a bench found out: samples by arm, and what follows from them. Data only; `print-outcome.ts` shows it. */
type Unit = "ms" | "MB" | "KB" | "s" | "µs" | "events/s" | "calls" | "calls/s" | "events" | "sockets" | "%";
export type Arm = { name: string; unit: Unit; samples: number[] };

/** `target` is the most that was promised, or the least; absent where a number is only stated. */
export type Finding = { what: string; value: number; unit: Unit | "x"; target?: number; atLeast?: true };

export type Outcome = { arms: Arm[]; findings: Finding[]; notes: string[] };

export type Verdict = "PASS" | "over" | "under" | "";

export function judge({ value, target, atLeast }: Finding): Verdict {
  if (target === undefined) return "";
  if (atLeast) return value >= target ? "PASS" : "under";
  return value <= target ? "PASS" : "over";
}
