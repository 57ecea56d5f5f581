/** One seed, one run: the seed decides every choice, and time is virtual, so a run can be had again. */
import { isTurnOver } from "@cc-docker/protocol";
import { isHeld } from "../sessions/session-status.ts";
import { createCaller } from "./callers/caller.test-helper.ts";
import { createLedger } from "./callers/ledger.test-helper.ts";
import { collectFindings } from "./checks/findings.test-helper.ts";
import { INVARIANTS } from "./checks/invariants.test-helper.ts";
import { ACTIONS, answerOne, resume } from "./plan/actions.test-helper.ts";
import { FAULTS, mend } from "./plan/faults.test-helper.ts";
import { pickWeighted, type Stage } from "./plan/stage.test-helper.ts";
import { createGateways } from "./world/gateways.test-helper.ts";
import { openWorld, type Sabotage } from "./world/world.test-helper.ts";

export type Outcome = {
  seed: number;
  actions: number;
  faults: number;
  events: number;
  turns: number;
  /** Virtual time that it took. */
  seconds: number;
  /** Of the trace: the same for every run of the seed. */
  hash: string;
  trace: readonly string[];
  /** Each with the promise that it breaks. */
  violations: string[];
};

/** With several gateways one may be taken for dead, which takes its time. */
const TROUBLED_MS = { one: 30_000, several: 60_000 };
/** More than all the timeouts in a row that a session may have to run into. */
const PATIENCE_MS = 400_000;
/** Two rounds of reconcile. */
const AFTERWARDS_MS = 31_000;

export async function runSimulation(seed: number, sabotage?: Sabotage): Promise<Outcome> {
  await using world = await openWorld(seed, sabotage);
  const ledger = createLedger();
  const count = world.random("gateways").pick([1, 1, 2]);
  const gateways = createGateways(world, count);
  const stage: Stage = { world, gateways, ledger, caller: createCaller(world, gateways, ledger), followers: [] };
  gateways.startAll();
  const actions = await act(stage, count > 1 ? TROUBLED_MS.several : TROUBLED_MS.one);
  const faults = world.trace.lines.filter((line) => line.includes(FAULT_MARK)).length;
  await comeToRest(stage);
  const findings = await withTime(stage, collectFindings(stage));
  const logs = [...findings.logs.values()].flat();
  for (const event of logs) world.trace.note(JSON.stringify(event));
  const violations = INVARIANTS.flatMap(({ promise, check }) => check(findings).map((found) => `${promise}: ${found}`));
  return {
    seed,
    actions,
    faults,
    events: logs.length,
    turns: findings.turns.size,
    seconds: Math.round(world.clock.now / 1000),
    hash: world.trace.hash(),
    trace: world.trace.lines,
    violations,
  };
}

const FAULT_MARK = "!! ";

/** Callers act and things go wrong, for a while. @returns how many actions there were */
async function act(stage: Stage, troubledMs: number): Promise<number> {
  const { clock, trace, random } = stage.world;
  const [when, what] = [random("when"), random("what")];
  const pace = when.pick([250, 500, 1200]);
  let actions = 0;
  let isOver = false;
  for (const { name, begin } of ACTIONS) if (name === "create") begin(stage, what); // nothing else has anything to act on before

  function next(maxMs: number, work: () => void): void {
    clock.after(when.between(1, maxMs), () => {
      if (isOver) return;
      work();
      next(maxMs, work);
    });
  }

  next(pace, () => {
    actions += 1;
    pickWeighted(ACTIONS, what).begin(stage, what);
  });
  next(when.pick([600, 2000, 6000]), () => {
    const { name, strike } = pickWeighted(FAULTS, what);
    const struck = strike(stage, what);
    if (struck !== undefined) trace.note(`${FAULT_MARK}${name}: ${struck}`);
  });
  await clock.pass(troubledMs);
  isOver = true;
  return actions;
}

async function comeToRest(stage: Stage): Promise<void> {
  const { clock, trace } = stage.world;
  mend(stage);
  trace.note("nothing goes wrong any more");
  const end = clock.now + PATIENCE_MS;
  do await clock.pass(5000);
  while (clock.now < end && (await isBusy(stage)));
  await clock.pass(AFTERWARDS_MS);
}

/** What waits for a person gets one. */
async function isBusy(stage: Stage): Promise<boolean> {
  const { sessions, turns, approvals } = await withTime(stage, collectFindings(stage));
  const held = sessions.filter((session) => !session.deleted && isHeld(session));
  for (const { id } of held) resume(stage, id);
  for (const { id, state } of approvals) if (state === "open") answerOne(stage, id);
  return (
    held.length > 0 ||
    [...stage.ledger.open.values()].some((count) => count > 0) ||
    sessions.some(({ status, deleted }) => deleted || status === "starting" || status === "running") ||
    [...turns.values()].some(({ status }) => !isTurnOver(status))
  );
}

/** The store answers in virtual time. */
async function withTime<T>({ world: { clock } }: Stage, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  while (!isDone) await clock.pass(10);
  return done;
}
