import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../paths.ts";
import { say } from "../report.ts";
import { run } from "../run.ts";
import type { Outcome, Tally } from "./tally.ts";

type Check = { label: string; command: readonly string[]; cwd: string };

/** Lint, types and shell scripts, one after the other: each of them uses all cores by itself. */
export async function runStaticChecks(tally: Tally, signal: AbortSignal): Promise<void> {
  await runChecks([...lintChecks(), ...typeChecks(), ...shellChecks()], tally, signal);
}

/** What `./dev` does not build for its own use has to build as well. */
export async function runBuildCheck(tally: Tally, signal: AbortSignal): Promise<void> {
  await runChecks(
    [{ label: "build", command: ["turbo", "run", "build", "--output-logs=errors-only"], cwd: ROOT }],
    tally,
    signal,
  );
}

async function runChecks(checks: readonly Check[], tally: Tally, signal: AbortSignal): Promise<void> {
  for (const check of checks) {
    signal.throwIfAborted();
    await tally.add(check.label, async () => runCheck(check, signal));
  }
}

async function runCheck({ command, cwd }: Check, signal: AbortSignal): Promise<Outcome> {
  const { exitCode, output } = await run(command, { cwd, signal });
  if (exitCode === 0) return { passed: 1, failed: 0 };
  say(output.trimEnd());
  return { passed: 0, failed: 1 };
}

/** The root package's scripts `lint:…`, which stay the one place that names the linters. */
function lintChecks(): Check[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const pieces = Object.entries(scripts).filter(([name]) => name.startsWith("lint:"));
  return pieces.map(([label, command]) => ({ label, command: command.split(" "), cwd: ROOT }));
}

function typeChecks(): Check[] {
  const folders = ["tests", "tools", ...globSync("packages/*", { cwd: ROOT })].toSorted();
  const typed = folders
    .map((folder) => join(ROOT, folder))
    .filter((folder) => existsSync(join(folder, "tsconfig.json")));
  return typed.map((cwd) => ({ label: `types: ${cwd.slice(ROOT.length + 1)}`, command: ["tsc"], cwd }));
}

function shellChecks(): Check[] {
  const scripts = ["dev", ...globSync("container/*.sh", { cwd: ROOT })];
  return scripts.map((script) => ({ label: `shell: ${script}`, command: ["sh", "-n", script], cwd: ROOT }));
}
