import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../paths.ts";
import { say } from "../report.ts";
import { runShown } from "../run.ts";
import type { Outcome } from "./tally.ts";

/** What is used of vitest's JSON report. */
export type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: readonly { name: string; status: string; assertionResults: readonly { status: string }[] }[];
};

export type RunVitest = { args: readonly string[]; env?: NodeJS.ProcessEnv; signal: AbortSignal };

/** Runs vitest with its own report on the terminal and counts from its JSON one. */
export async function runVitest({ args, env = process.env, signal }: RunVitest): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "cc-docker-vitest-"));
  const reportFile = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  try {
    const exitCode = await runShown(["vitest", "run", ...reporters, ...args], { cwd: ROOT, env, signal });
    return countTests(readReport(reportFile), exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A file that failed to load has no failed tests to its name, and an unhandled error belongs to no file: each is a
 * failure all the same, as is a run that left no report.
 */
export function countTests(report: VitestReport | undefined, exitCode: number): Outcome {
  if (report === undefined) return { passed: 0, failed: 1 };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

function readReport(path: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  } catch {
    say("vitest left no report");
    return undefined;
  }
}
