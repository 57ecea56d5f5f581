/** What a client does with a session besides sending prompts, and how often: one row each. */
import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "@cc-docker/server/random";
import type { Watch, World } from "../world.ts";
import { insist } from "./insist.ts";

/** `turnId`: of the prompt that was just sent there. */
type Subject = { world: World; sessionId: string; turnId: string; watch: Watch; random: Random };

const PATIENCE_MS = 45_000;
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [20, 1500];

const DEEDS = [
  /** Most of what is sent is left alone. */
  { name: "nothing", weight: 5, act: async () => undefined },
  /** The session stands still for a moment, often in the midst of a turn. */
  { name: "pauses", weight: 2, act: pauseAwhile },
  /** The client goes on in a copy of the session as it was at the end of the turn. */
  { name: "forks", weight: 1, act: fork },
] as const satisfies { name: string; weight: number; act: (subject: Subject) => Promise<string | undefined> }[];

type Row = (typeof DEEDS)[number];

const ALL = DEEDS.flatMap((row) => Array<Row>(row.weight).fill(row)) as [Row, ...Row[]];

/** @returns the session to go on in when that is another now */
export async function doSomething(subject: Subject): Promise<string | undefined> {
  const { name, act } = subject.random.pick(ALL);
  if (name !== "nothing") subject.world.did(name);
  return act(subject);
}

/** Whether the pause was answered or not, it must not last. */
async function pauseAwhile({ world, sessionId, random }: Subject): Promise<undefined> {
  const { client, signal } = world;
  const awhileMs = random.between(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS);
  await insist(world, () => client.sessions.pause.mutate({ sessionId }, { signal }));
  await delay(awhileMs, undefined, { signal });
  await insist(world, () => client.sessions.resume.mutate({ sessionId }, { signal }));
}

/** A turn that does not end in time is no place to fork at: that is refused. */
async function fork({ world, sessionId, turnId, watch }: Subject): Promise<string | undefined> {
  const { client, over, signal } = world;
  await watch.waitForEnd(turnId, AbortSignal.any([over, AbortSignal.timeout(PATIENCE_MS)]));
  const input = { sessionId, turnId, idempotencyKey: `fork at ${turnId}` };
  return (await insist(world, () => client.sessions.fork.mutate(input, { signal })))?.id;
}
