import { say, seconds } from "../report.ts";

export type Outcome = { passed: number; failed: number };

/** Counts what was checked. A step that throws is one failed check, so that the counts always come out. */
export function createTally(print: (line: string) => void = say) {
  const total: Outcome = { passed: 0, failed: 0 };
  return {
    total,
    async add(label: string, step: () => Promise<Outcome>): Promise<void> {
      const startedAt = Date.now();
      const { passed, failed } = await step().catch((error: unknown) => {
        print(error instanceof Error ? error.message : String(error));
        return { passed: 0, failed: 1 };
      });
      total.passed += passed;
      total.failed += failed;
      print(`${failed === 0 ? "  ok  " : "FAILED"} ${label} (${seconds(startedAt)})`);
    },
  };
}

export type Tally = ReturnType<typeof createTally>;

export function describeTally({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed`;
}
