/** One client: uses a session until it is refused there, then another; sends each prompt until it is answered. */
import { setTimeout as delay } from "node:timers/promises";
import { type ErrorCode, isCcError } from "@cc-docker/client";
import { createRandom, type Random } from "@cc-docker/server/random";
import type { Watch, World } from "../world.ts";
import { doSomething } from "./deeds.ts";
import { makePrompt } from "./make-prompt.ts";
import { watchSession } from "./watch-session.ts";

export type Seat = {
  /** The session that is in use. */
  sessionId: () => string | undefined;
  /** Resolves when the run is over and the last prompt was answered. */
  finished: Promise<void>;
};

type Call = { sessionId: string; key: string; prompt: string; answers: number };

const AGAIN_MS = 200;
/** A turn takes seconds. One that takes as long as this is not waited for, and shows at the end of the run. */
const PATIENCE_MS = 45_000;
const [SEND_TWICE, WAIT_FOR_END] = [0.25, 0.6];
const LONGEST_PAUSE_MS = 300;
/** While the engine is away one prompt after the other would be cancelled, and none run. */
const BREATHER_MS = 1500;
/** Agents are parked in most of the pauses between prompts, and every other one asks before it uses a tool. */
const CONFIGS = [{ parkAfter: 0.1 }, { parkAfter: 0.1, permissionMode: "ask" }] as const;
/** The caller's cue to go on in a new session. */
const ENDED: readonly ErrorCode[] = ["SESSION_NOT_RUNNING", "SESSION_NOT_FOUND"];

export function startSeat(world: World, number: number): Seat {
  const { client, over, signal, watches } = world;
  const random = createRandom(world.seed, `seat ${number}`);
  const config = CONFIGS[number % CONFIGS.length];
  let current: string | undefined;
  let prompts = 0;

  async function run(): Promise<void> {
    let next: string | undefined;
    while (!over.aborted) {
      current = next ?? (await createSession());
      if (current === undefined) return;
      const watch = watchSession(world, current);
      watches.set(current, watch);
      next = await use(current, watch);
    }
  }

  async function createSession(): Promise<string | undefined> {
    while (!over.aborted) {
      try {
        return (await client.sessions.create.mutate({ config }, { signal })).id;
      } catch (error) {
        if (!isCcError(error)) throw error;
        await delay(AGAIN_MS, undefined, { signal });
      }
    }
    return undefined;
  }

  /** @returns the session to go on in, when there is one */
  async function use(sessionId: string, watch: Watch): Promise<string | undefined> {
    while (!over.aborted) {
      prompts += 1;
      const name = `${number}-${prompts}`;
      const call = { sessionId, key: `key ${name}`, ...makePrompt(random, `${name} of ${sessionId}`) };
      const turnId = await send(world, call);
      if (turnId === undefined) return undefined;
      if (random.next() < SEND_TWICE) await send(world, call);
      const next = await doSomething({ world, sessionId, turnId, watch, random });
      if (next !== undefined) return next;
      if (!(await pause(random, watch, turnId))) return undefined;
    }
    return undefined;
  }

  /** @returns false when the turn took too long to go on here */
  async function pause(chosen: Random, watch: Watch, turnId: string): Promise<boolean> {
    const waits = chosen.next() < WAIT_FOR_END;
    const pauseMs = chosen.between(0, LONGEST_PAUSE_MS);
    if (!waits) return delay(pauseMs, true, { signal });
    await watch.waitForEnd(turnId, AbortSignal.any([over, AbortSignal.timeout(PATIENCE_MS)]));
    if (watch.wasCancelled(turnId)) await delay(BREATHER_MS, undefined, { signal });
    return over.aborted || watch.hasEnded(turnId);
  }

  return { sessionId: () => current, finished: run() };
}

/** @returns the turn's id; `undefined` when the session takes no prompts any more */
async function send({ client, history, signal }: World, call: Call): Promise<string | undefined> {
  const { sessionId, key, prompt } = call;
  history.called(call);
  for (;;) {
    try {
      const { id: turnId } = await client.chat.send.mutate({ sessionId, prompt, idempotencyKey: key }, { signal });
      history.acknowledged({ sessionId, key, turnId });
      return turnId;
    } catch (error) {
      if (!isCcError(error)) throw error;
      history.refused({ sessionId, key, code: error.code });
      if (ENDED.includes(error.code)) return undefined;
    }
    await delay(AGAIN_MS, undefined, { signal });
  }
}
