import { setTimeout as delay } from "node:timers/promises";
import type { History } from "../../tests/harness/history/history.ts";
import { orAbort } from "../bench/or-abort.ts";
import { type Seat, startSeat } from "./clients/seat.ts";
import { type Counts, countHistory } from "./count-history.ts";
import { createCarryOut } from "./killer/carry-out.ts";
import { planKills } from "./killer/plan-kills.ts";
import { type Killed, runKiller } from "./killer/run-killer.ts";
import type { ChaosOptions } from "./options.ts";
import type { Outcome } from "./print-outcome.ts";
import { type Conclusion, conclude } from "./proof/conclude.ts";
import type { Stand } from "./stand/open-stand.ts";
import type { World } from "./world.ts";

export type RunChaos = {
  options: ChaosOptions;
  stand: Stand;
  history: History;
  onProgress: (line: string) => void;
  /** Aborts when something ended that nobody had killed. */
  died: AbortSignal;
  signal: AbortSignal;
};

/** After the last kill everything is up again, and every prompt is answered within this. */
const ANSWERS_MS = 60_000;

/** Sessions in use and a killer among them, for the time that was asked for; then the proof. */
export async function runChaos(run: RunChaos): Promise<Outcome> {
  const { options, history, onProgress, died, signal } = run;
  const [closing, over] = [new AbortController(), new AbortController()];
  const all = AbortSignal.any([signal, died, closing.signal]);
  const deeds: Counts = {};
  const world: World = {
    seed: options.seed,
    client: run.stand.gateway.client,
    history,
    did: (what) => {
      deeds[what] = (deeds[what] ?? 0) + 1;
    },
    watches: new Map(),
    leaving: new AbortController(),
    over: AbortSignal.any([over.signal, all]),
    signal: all,
  };
  const kills: Killed[] = [];
  const onKilled = (killed: Killed) => {
    kills.push(killed);
    onProgress(`${killed.kind}: ${killed.what}`);
  };
  const outcome = (conclusion: Partial<Conclusion>): Outcome => ({
    seed: options.seed,
    kills: kills.toSorted((one, other) => one.atMs - other.atMs), // they are known when all is up again
    counts: { ...countHistory(history), ...deeds, "model calls": conclusion.modelCalls ?? 0 },
    checks: conclusion.checks ?? [],
  });
  try {
    await useAndKill(run, world, over, onKilled);
    onProgress("the killing is over; waiting for all turns to end");
    const place = { client: world.client, docker: run.stand.docker, dataDir: run.stand.gateway.dataDir };
    return outcome(await conclude(world, place, run.stand.model.readCalls));
  } catch (error) {
    signal.throwIfAborted();
    return { ...outcome({}), trouble: String(died.aborted ? died.reason : error) };
  } finally {
    closing.abort();
  }
}

async function useAndKill(
  { options, stand, onProgress }: RunChaos,
  world: World,
  over: AbortController,
  onKilled: (killed: Killed) => void,
): Promise<void> {
  const { history, signal } = world;
  const seats = Array.from({ length: options.sessions }, (_, number) => startSeat(world, number));
  const carryOut = createCarryOut({ ...stand, seats, history, signal });
  const finished = finish(seats);
  onProgress(`${options.sessions} sessions in use, ${options.seconds} s of killing`);
  try {
    const lasting = delay(options.seconds * 1000, undefined, { signal });
    const killing = runKiller({ plan: planKills(options), carryOut, onKilled, signal });
    await Promise.race([Promise.all([lasting, killing]), finished.then(() => signal.throwIfAborted())]);
  } finally {
    over.abort();
  }
  await orAbort(finished, AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_MS)]));
}

/** None of them ends early but by a defect. */
async function finish(seats: readonly Seat[]): Promise<void> {
  await Promise.all(seats.map(({ finished }) => finished));
}
