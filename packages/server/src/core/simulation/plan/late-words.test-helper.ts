/** What instances said comes once more, or when everything may have changed since. */
import type { OutboxItem, SessionId } from "@cc-docker/protocol";
import type { Random } from "../../../lib/random.ts";
import type { Home } from "../engine/wrapper.test-helper.ts";
import { pickOne, type Stage, short } from "./stage.test-helper.ts";
import { onBox } from "./targets.test-helper.ts";

type Words = { sessionId: SessionId; generation: number; items: OutboxItem[] };

/** Some of the newest, in their order: stored ones, or an earlier instance's. A link loses, it leaves nothing out. */
function pickSaid({ said, items }: Home, random: Random): Home["said"] {
  const newest = said.at(-1)?.generation;
  const waiting = items[0]?.n ?? Number.POSITIVE_INFINITY;
  const repeatable = said.filter(({ generation, item }) => generation !== newest || item.n < waiting);
  const chosen = repeatable.slice(random.between(0, repeatable.length));
  return chosen.filter(({ generation }) => generation === chosen[0]?.generation);
}

export function sayAgain(stage: Stage, random: Random): string | undefined {
  return onBox(stage, random, ({ instance, wrapper }, id) => {
    const home = stage.world.engine.homes.get(id);
    const again = home ? pickSaid(home, random).filter(({ generation }) => generation === instance.generation) : [];
    if (again.length > 0) wrapper?.say(again.map(({ item }) => item));
  });
}

export function sayLate(stage: Stage, random: Random): string | undefined {
  const { engine, clock } = stage.world;
  const found = pickOne(engine.homes, random);
  const said = found ? pickSaid(found[1], random) : [];
  const [first] = said;
  if (!found || !first) return undefined;
  const words = { sessionId: found[0], generation: first.generation, items: said.map(({ item }) => item) };
  clock.after(random.between(100, 5000), () => bring(stage, random, words));
  return `${said.length} of ${short(found[0])}`;
}

/** An instance dies with its last words under way, its agent's end among them: they arrive when the next one is there. */
export function dieTalking(stage: Stage, random: Random): string | undefined {
  const { engine } = stage.world;
  return onBox(stage, random, ({ instance: { generation }, wrapper }, sessionId) => {
    wrapper?.pipe?.break();
    wrapper?.agent?.crash("exit code 1");
    const said = engine.homes.get(sessionId)?.said.filter((one) => one.generation === generation) ?? [];
    engine.kill(sessionId);
    const words = { sessionId, generation, items: said.map(({ item }) => item) };
    const arrive = random.next() < 0.3 ? bringReady : bring;
    const afterMs = random.between(0, 700);
    whenReplaced(stage, words, () => stage.world.clock.after(afterMs, () => arrive(stage, random, words)));
  });
}

const LOOKS_EVERY_MS = 100;
/** Longer than a start may take, with the tries before it. */
const MAX_LOOKS = 300;

function whenReplaced({ world: { clock, engine } }: Stage, { sessionId, generation }: Words, work: () => void): void {
  const look = (looks: number): void => {
    const now = engine.boxes.get(sessionId)?.instance;
    if (now?.running && now.generation > generation) work();
    else if (looks > 0) clock.after(LOOKS_EVERY_MS, () => look(looks - 1));
  };
  look(MAX_LOOKS);
}

function bring({ gateways }: Stage, random: Random, words: Words): void {
  const gateway = pickOne(gateways.up, random);
  if (words.items.length === 0) return;
  gateway?.life.happen(() => void gateway.core.links.ingest(words).catch(() => undefined));
}

/** As its wrapper says it with each hello. */
function bringReady({ gateways }: Stage, random: Random, { sessionId, generation }: Words): void {
  const gateway = pickOne(gateways.up, random);
  gateway?.life.happen(() => void gateway.core.links.ready({ sessionId, generation }).catch(() => undefined));
}
