import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { parseWhole } from "../parse-whole.ts";

export type SimulateOptions = {
  /** Of the first run; each further one has the next. */
  seed: number;
  runs: number;
  /** Prints all that happened. */
  trace: boolean;
};

const MAX_SEED = 2 ** 32 - 1;
const [USUAL_RUNS, MAX_RUNS] = [200, 1_000_000];

/** A seed alone is one run. @throws Error that says what is wrong with the arguments */
export function parseOptions(args: readonly string[]): SimulateOptions {
  const text = { type: "string" } as const;
  const options = { seed: text, runs: text, trace: { type: "boolean" } } as const;
  const { seed, runs, trace = false } = parseArgs({ args: [...args], options }).values;
  return {
    seed: parseWhole("seed", seed, { min: 0, max: MAX_SEED }) ?? randomInt(MAX_SEED),
    runs: parseWhole("runs", runs, { min: 1, max: MAX_RUNS }) ?? (seed === undefined ? USUAL_RUNS : 1),
    trace,
  };
}
