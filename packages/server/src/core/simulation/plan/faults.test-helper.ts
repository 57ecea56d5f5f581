/** What goes wrong: one row each. Each ends by itself; `mend` ends at once what is still going wrong. */
import type { Random } from "../../../lib/random.ts";
import { dieTalking, sayAgain, sayLate } from "./late-words.test-helper.ts";
import type { Stage, Weighted } from "./stage.test-helper.ts";
import { onBox, onGateway, onWrapper } from "./targets.test-helper.ts";

/** @returns what it did, for the trace; nothing when there was nothing to do it to */
export type Fault = Weighted & { strike: (stage: Stage, random: Random) => string | undefined };

const HOUR_MS = 3_600_000;

export const FAULTS: readonly Fault[] = [
  { name: "gateway dies at a step", weight: 10, strike: dieAtStep },
  {
    name: "gateway stands still",
    weight: 4,
    strike: (stage, random) => freeze(stage, random, random.between(10, 6000)),
  },
  { name: "gateway is taken for dead", weight: 6, strike: takeForDead },
  {
    name: "gateway dies now",
    weight: 2,
    strike: (stage, random) => onGateway(stage, random, ({ life }) => life.die()),
  },
  {
    name: "gateway is stopped",
    weight: 2,
    strike: (stage, random) => onGateway(stage, random, (gateway) => void gateway.close()),
  },
  { name: "link breaks", weight: 6, strike: (stage, random) => onWrapper(stage, random, ({ pipe }) => pipe?.break()) },
  { name: "items come twice", weight: 6, strike: sayAgain },
  { name: "items come late", weight: 4, strike: sayLate },
  { name: "instance dies talking", weight: 4, strike: dieTalking },
  {
    name: "container dies",
    weight: 5,
    strike: (stage, random) => onBox(stage, random, (_box, id) => stage.world.engine.kill(id)),
  },
  { name: "container is paused", weight: 2, strike: (stage, random) => meddle(stage, random, true) },
  { name: "container is unpaused", weight: 2, strike: (stage, random) => meddle(stage, random, false) },
  {
    name: "agent dies",
    weight: 6,
    strike: (stage, random) => onWrapper(stage, random, ({ agent }) => agent?.crash("exit code 1")),
  },
  {
    name: "agent dies after a word",
    weight: 3,
    strike: (stage, random) => onWrapper(stage, random, ({ agent }) => agent?.crashAfterWord("exit code 1")),
  },
  {
    name: "agent hangs",
    weight: 2,
    strike: (stage, random) => onWrapper(stage, random, ({ agent }) => agent?.hang({ deaf: false })),
  },
  {
    name: "agent turns deaf",
    weight: 2,
    strike: (stage, random) => onWrapper(stage, random, ({ agent }) => agent?.hang({ deaf: true })),
  },
  { name: "engine is away", weight: 3, strike: (stage, random) => leave(stage, random, false) },
  { name: "engine restarts", weight: 2, strike: (stage, random) => leave(stage, random, true) },
  {
    name: "starts fail",
    weight: 2,
    strike: ({ world }, random) => troubleStarts(world.engine, "fails", random.between(1, 3)),
  },
  {
    name: "starts are slow",
    weight: 1,
    strike: ({ world }, random) => troubleStarts(world.engine, "slow", random.between(1, 2)),
  },
  { name: "store refuses", weight: 3, strike: (stage, random) => refuse(stage, random, "STORE_UNAVAILABLE") },
  { name: "disk is full", weight: 2, strike: (stage, random) => refuse(stage, random, "STORE_FULL") },
  {
    name: "wall clock jumps",
    weight: 2,
    strike: ({ world }, random) => moveWall(world.clock, random.pick([HOUR_MS, -HOUR_MS])),
  },
];

/** From now on all goes well. */
export function mend({ world, gateways }: Stage): void {
  world.engine.startTrouble.count = 0;
  world.engine.comeBack();
  world.storeTrouble.code = undefined;
  for (const { life } of gateways.up) {
    life.dieIn(Number.POSITIVE_INFINITY);
    life.thaw();
  }
  gateways.startAll({ hurried: true });
}

function dieAtStep(stage: Stage, random: Random): string | undefined {
  const steps = random.between(1, random.pick([5, 40, 200]));
  return onGateway(stage, random, ({ life }) => life.dieIn(steps)) && `${steps} steps from now`;
}

/** As a process that is stopped by a signal: it does not know of the time that passes. */
function freeze(stage: Stage, random: Random, ms: number): string | undefined {
  const strike = ({ life }: Stage["gateways"]["up"][number]) => {
    for (const other of stage.gateways.up) other.life.dieIn(Number.POSITIVE_INFINITY);
    life.freeze();
    stage.world.clock.after(ms, life.thaw);
  };
  const name = onGateway(stage, random, strike);
  return name && `${name} for ${ms} ms`;
}

/** It stands still until another has its sessions, and then goes on as if it still had them. */
function takeForDead(stage: Stage, random: Random): string | undefined {
  const others = stage.gateways.up.filter(({ life }) => !life.isFrozen).length;
  return others > 1 ? freeze(stage, random, random.between(11_000, 20_000)) : undefined;
}

/** By somebody else than the gateway. */
function meddle(stage: Stage, random: Random, paused: boolean): string | undefined {
  return onBox(stage, random, (_box, id) => stage.world.engine.meddle(id, paused));
}

function leave({ world: { engine, clock } }: Stage, random: Random, takesBoxes: boolean): string {
  const ms = random.between(100, 12_000);
  engine.leave({ takesBoxes });
  clock.after(ms, engine.comeBack);
  return `for ${ms} ms`;
}

function troubleStarts({ startTrouble }: Stage["world"]["engine"], kind: "fails" | "slow", count: number): string {
  Object.assign(startTrouble, { kind, count });
  return `${count}`;
}

function refuse(
  { world: { storeTrouble, clock } }: Stage,
  random: Random,
  code: "STORE_UNAVAILABLE" | "STORE_FULL",
): string {
  const ms = random.between(10, 4000);
  storeTrouble.code = code;
  clock.after(ms, () => void (storeTrouble.code = undefined));
  return `for ${ms} ms`;
}

function moveWall(clock: Stage["world"]["clock"], ms: number): string {
  clock.moveWall(ms);
  return `${ms / HOUR_MS} h`;
}
