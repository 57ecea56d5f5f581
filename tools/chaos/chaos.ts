/**
 * `chaos [--seed N] [--seconds N] [--sessions N] [--no-engine] [--keep DIR]`: kills what can be killed, and proves that
 * the promises hold.
 */
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHistory } from "../../tests/harness/history/history.ts";
import { say, seconds } from "../report.ts";
import { EXIT, runTool } from "../run-tool.ts";
import { type ChaosOptions, parseOptions } from "./options.ts";
import { describeOutcome, isPassed, type Outcome } from "./print-outcome.ts";
import { runChaos } from "./run-chaos.ts";
import { openStand } from "./stand/open-stand.ts";

const USAGE = 2;

await runTool(async (signal) => {
  const options = readOptions();
  if (options === undefined) return USAGE;
  const startedAt = Date.now();
  const onProgress = (line: string) => say(`${seconds(startedAt).padStart(8)}  ${line}`);
  onProgress(`seed ${options.seed}`);
  const died = new AbortController();
  await using stand = await openStand({
    killsEngine: options.killsEngine,
    onProgress,
    onGatewayLine: openLog(options),
    onGatewayDied: (lastLine) => died.abort(new Error(`the gateway ended by itself; the last it said: ${lastLine}`)),
    signal,
  });
  const history = createHistory();
  const outcome = await runChaos({ options, stand, history, onProgress, died: died.signal, signal });
  keepHistory(options, history.entries, outcome);
  console.log(describeOutcome(outcome));
  return isPassed(outcome) ? EXIT.ok : EXIT.failed;
});

function readOptions(): ChaosOptions | undefined {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say((error as Error).message);
    return undefined;
  }
}

function openLog({ keep }: ChaosOptions): (line: string) => void {
  if (keep === undefined) return () => undefined;
  mkdirSync(keep, { recursive: true });
  const file = createWriteStream(join(keep, "gateway.log"));
  return (line) => void file.write(`${line}\n`);
}

function keepHistory({ keep }: ChaosOptions, entries: readonly object[], outcome: Outcome): void {
  if (keep === undefined) return;
  writeFileSync(join(keep, "history.jsonl"), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  writeFileSync(join(keep, "outcome.txt"), `${describeOutcome(outcome)}\n`);
}
