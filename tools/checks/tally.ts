import { say, seconds } from "../report.ts";

export type Outcome = { passed: number; failed: number };

/** Counts what was checked. A step that throws is one failed check, so that the counts always come out. */
export function createTally() {
  const total: Outcome = { passed: 0, failed: 0 };
  return {
    total,
    async add(label: string, step: () => Promise<Outcome>): Promise<void> {
      const startedAt = Date.now();
      const { passed, failed } = await step().catch((error: unknown) => {
        say(error instanceof Error ? error.message : String(error));
        return { passed: 0, failed: 1 };
      });
      total.passed += passed;
      total.failed += failed;
      say(`${failed === 0 ? "  ok  " : "FAILED"} ${label} (${seconds(startedAt)})`);
    },
  };
}

export type Tally = ReturnType<typeof createTally>;

export function describeTally({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed`;
}
