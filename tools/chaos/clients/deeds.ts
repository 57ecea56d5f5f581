/** What a client does with a session besides sending prompts, and how often: one row each. */
import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "@cc-docker/server/random";
import type { World } from "../world.ts";
import { insist } from "./insist.ts";

type Subject = { world: World; sessionId: string; random: Random };

const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [20, 1500];

const DEEDS = [
  /** Most of what is sent is left alone. */
  { name: "nothing", weight: 5, act: async () => undefined },
  /** The session stands still for a moment, often in the midst of a turn. */
  { name: "pauses", weight: 2, act: pauseAwhile },
] as const satisfies { name: string; weight: number; act: (subject: Subject) => Promise<unknown> }[];

type Row = (typeof DEEDS)[number];

const ALL = DEEDS.flatMap((row) => Array<Row>(row.weight).fill(row)) as [Row, ...Row[]];

export async function doSomething(subject: Subject): Promise<void> {
  const { name, act } = subject.random.pick(ALL);
  if (name === "nothing") return;
  subject.world.did(name);
  await act(subject);
}

/** Whether the pause was answered or not, it must not last. */
async function pauseAwhile({ world, sessionId, random }: Subject): Promise<void> {
  const { client, signal } = world;
  const awhileMs = random.between(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS);
  await insist(world, () => client.sessions.pause.mutate({ sessionId }, { signal }));
  await delay(awhileMs, undefined, { signal });
  await insist(world, () => client.sessions.resume.mutate({ sessionId }, { signal }));
}
