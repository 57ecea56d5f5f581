/** What goes wrong: one row each. Each ends by itself; `mend` ends at once what is still going wrong. */
import type { SessionId } from "@cc-docker/protocol";
import type { Random } from "../../../lib/random.ts";
import type { Box } from "../engine/engine.test-helper.ts";
import type { Home } from "../engine/wrapper.test-helper.ts";
import { pickOne, type Stage, short, type Weighted } from "./stage.test-helper.ts";

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

function onGateway({ gateways }: Stage, random: Random, strike: (gateway: Stage["gateways"]["up"][number]) => void) {
  const gateway = pickOne(gateways.up, random);
  if (!gateway || gateways.up.some(({ life }) => life.isFrozen)) return undefined; // one at a time, or none lives on
  strike(gateway);
  return gateway.life.name;
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

function onBox({ world }: Stage, random: Random, strike: (box: Box, id: SessionId) => void): string | undefined {
  const found = pickOne(
    [...world.engine.boxes].filter(([, { instance }]) => instance.running),
    random,
  );
  if (!found) return undefined;
  strike(found[1], found[0]);
  return `of ${short(found[0])}`;
}

/** By somebody else than the gateway. */
function meddle(stage: Stage, random: Random, paused: boolean): string | undefined {
  return onBox(stage, random, (_box, id) => stage.world.engine.meddle(id, paused));
}

function onWrapper(
  stage: Stage,
  random: Random,
  strike: (wrapper: NonNullable<Box["wrapper"]>) => void,
): string | undefined {
  return onBox(stage, random, ({ wrapper }) => {
    if (wrapper) strike(wrapper);
  });
}

/** Some of the newest, in their order: stored ones, or an earlier instance's. A link loses, it leaves nothing out. */
function pickSaid({ said, items }: Home, random: Random): Home["said"] {
  const newest = said.at(-1)?.generation;
  const waiting = items[0]?.n ?? Number.POSITIVE_INFINITY;
  const repeatable = said.filter(({ generation, item }) => generation !== newest || item.n < waiting);
  const chosen = repeatable.slice(random.between(0, repeatable.length));
  return chosen.filter(({ generation }) => generation === chosen[0]?.generation);
}

function sayAgain(stage: Stage, random: Random): string | undefined {
  return onBox(stage, random, ({ instance, wrapper }, id) => {
    const home = stage.world.engine.homes.get(id);
    const again = home ? pickSaid(home, random).filter(({ generation }) => generation === instance.generation) : [];
    if (again.length > 0) wrapper?.say(again.map(({ item }) => item));
  });
}

/** What a wrapper said arrives once more, when everything may have changed since. */
function sayLate({ world, gateways }: Stage, random: Random): string | undefined {
  const found = pickOne(world.engine.homes, random);
  const said = found ? pickSaid(found[1], random) : [];
  const [first] = said;
  if (!found || !first) return undefined;
  const [items, generation] = [said.map(({ item }) => item), first.generation];
  world.clock.after(random.between(100, 5000), () => {
    const gateway = pickOne(gateways.up, random);
    const ingest = () => gateway?.core.links.ingest({ sessionId: found[0], generation, items }).catch(() => undefined);
    gateway?.life.happen(() => void ingest());
  });
  return `${items.length} of ${short(found[0])}`;
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
