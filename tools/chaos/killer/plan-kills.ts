/** What is killed when: all of it decided before anything runs, by the seed alone. */
import { createRandom, type Random } from "@cc-docker/server/random";

/** What there is to kill, and how often each is chosen out of their sum. */
const WEIGHTS = {
  /** The gateway's process; started again after `awayMs`. */
  gateway: 5,
  /** The wrapper's process in a container; the container ends with it. */
  wrapper: 2,
  /** Claude Code in a container. */
  agent: 4,
  /** All of a container, by the engine. */
  container: 2,
  /** A container that is gone before its end is noticed. */
  "container-removed": 1,
  /** The engine; its containers end when it is started again after `awayMs`. */
  engine: 2,
  /** The engine, in the mode in which containers outlive it. */
  "engine-alone": 1,
} as const;

export type KillKind = keyof typeof WEIGHTS;

/** `seat`: which of the sessions is hit, where it is one. */
export type Kill = { atMs: number; kind: KillKind; seat: number; awayMs: number };

export type KillPlan = { seed: number; seconds: number; sessions: number; killsEngine: boolean };

/** The sessions get some peace at first, or nothing would be running that could be hit. */
const FIRST_MS = 3_000;
const [SOONEST_MS, LATEST_MS] = [200, 5_000];
const [SHORTEST_AWAY_MS, LONGEST_AWAY_MS] = [20, 3_000];

export function planKills({ seed, seconds, sessions, killsEngine }: KillPlan): Kill[] {
  const random = createRandom(seed, "killer");
  const kinds = listKinds(killsEngine);
  const kills: Kill[] = [];
  for (let atMs = FIRST_MS; atMs < seconds * 1000; atMs += random.between(SOONEST_MS, LATEST_MS)) {
    kills.push({ atMs, ...chooseKill(random, kinds, sessions) });
  }
  return kills;
}

function chooseKill(random: Random, kinds: [KillKind, ...KillKind[]], sessions: number): Omit<Kill, "atMs"> {
  const kind = random.pick(kinds);
  return { kind, seat: random.between(0, sessions - 1), awayMs: random.between(SHORTEST_AWAY_MS, LONGEST_AWAY_MS) };
}

/** Each as often as it weighs. */
function listKinds(killsEngine: boolean): [KillKind, ...KillKind[]] {
  const all = (Object.keys(WEIGHTS) as KillKind[]).filter((kind) => killsEngine || !kind.startsWith("engine"));
  return ["gateway", ...all.flatMap((kind) => Array<KillKind>(WEIGHTS[kind]).fill(kind)).slice(1)];
}
