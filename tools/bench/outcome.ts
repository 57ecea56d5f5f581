/** What a bench found out: samples by arm, and what follows from them. Data only; `print-outcome.ts` shows it. */
export type Arm = { name: string; unit: "ms" | "MB" | "s"; samples: number[] };

/** `target` is the most that was promised; absent where a number is only stated. */
export type Finding = { what: string; value: number; unit: "ms" | "MB" | "x" | "s"; target?: number };

export type Outcome = { arms: Arm[]; findings: Finding[]; notes: string[] };

export type Verdict = "PASS" | "over" | "";

export function judge({ value, target }: Finding): Verdict {
  if (target === undefined) return "";
  return value <= target ? "PASS" : "over";
}
