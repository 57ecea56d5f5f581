import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { parseWhole } from "../parse-whole.ts";

export type ChaosOptions = {
  seed: number;
  seconds: number;
  sessions: number;
  /** Whether the engine is killed too, which takes one of our own. */
  killsEngine: boolean;
  /** Folder for the history and the gateway's log, for who looks into a failure. */
  keep: string | undefined;
};

const MAX_SEED = 2 ** 32 - 1;
const [USUAL_SECONDS, MAX_SECONDS] = [300, 3600];
const [USUAL_SESSIONS, MAX_SESSIONS] = [4, 32];

/** @throws Error that says what is wrong with the arguments */
export function parseOptions(args: readonly string[]): ChaosOptions {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seed: text, seconds: text, sessions: text, keep: text, "no-engine": { type: "boolean" } },
  });
  const { seed, seconds, sessions, keep, "no-engine": noEngine = false } = values;
  return {
    seed: parseWhole("seed", seed, { min: 0, max: MAX_SEED }) ?? randomInt(MAX_SEED),
    seconds: parseWhole("seconds", seconds, { min: 1, max: MAX_SECONDS }) ?? USUAL_SECONDS,
    sessions: parseWhole("sessions", sessions, { min: 1, max: MAX_SESSIONS }) ?? USUAL_SESSIONS,
    killsEngine: !noEngine,
    keep,
  };
}
