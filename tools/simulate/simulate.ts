/** `simulate [--seed N] [--runs N] [--trace]`: worlds of virtual time in which everything goes wrong, one a seed. */
import { type Outcome, runSimulation } from "@cc-docker/server/simulation";
import { say, seconds } from "../report.ts";
import { EXIT, runTool } from "../run-tool.ts";
import { parseOptions, type SimulateOptions } from "./options.ts";

const USAGE = 2;

await runTool(async (signal) => {
  const options = readOptions();
  if (options === undefined) return USAGE;
  const startedAt = Date.now();
  const failed: number[] = [];
  for (let seed = options.seed; seed < options.seed + options.runs && !signal.aborted; seed += 1) {
    const outcome = await runSimulation(seed);
    report(outcome, options);
    if (outcome.violations.length > 0) failed.push(seed);
  }
  signal.throwIfAborted();
  const verdict = failed.length === 0 ? "no violation" : `violations in ${failed.length}: seeds ${failed.join(", ")}`;
  console.log(`${options.runs} runs from seed ${options.seed} in ${seconds(startedAt)}: ${verdict}`);
  return failed.length === 0 ? EXIT.ok : EXIT.failed;
});

function readOptions(): SimulateOptions | undefined {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say((error as Error).message);
    return undefined;
  }
}

function report({ seed, actions, faults, events, turns, hash, trace, violations }: Outcome, options: SimulateOptions) {
  if (options.trace) for (const line of trace) console.log(line);
  const verdict = violations.length === 0 ? "ok" : "VIOLATED";
  console.log(
    `seed ${seed}: ${actions} actions, ${faults} faults, ${turns} turns, ${events} events, trace ${hash}: ${verdict}`,
  );
  for (const violation of violations) console.log(`  ${violation}`);
}
