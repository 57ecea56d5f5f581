/**
 * Two subscribers of one session: one that stays and answers what is asked, and one that leaves and comes back all the
 * time.
 */
import { type Approval, type Event, isCcError } from "@cc-docker/client";
import { createRandom } from "@cc-docker/server/random";
import { isEnd } from "../../../tests/harness/history/read-history.ts";
import type { Watch, World } from "../world.ts";
import { insist } from "./insist.ts";

type Cursor = { subscriber: string; seq: number };

const [SHORTEST_HOP, LONGEST_HOP] = [1, 60];

export function watchSession(world: World, sessionId: string): Watch {
  const { client, history } = world;
  const signal = AbortSignal.any([world.leaving.signal, world.signal]);
  const ends = createEnds();
  const steady: Cursor = { subscriber: `steady ${sessionId}`, seq: 0 };
  const hopping: Cursor = { subscriber: `hopping ${sessionId}`, seq: 0 };

  /** @returns when the signal aborts, or after `limit` events */
  async function follow(cursor: Cursor, onEvent: (event: Event) => void, limit = Number.POSITIVE_INFINITY) {
    const { subscriber } = cursor;
    const onReconnect = ({ code }: { code: Parameters<typeof history.disturbed>[0]["code"] }) =>
      history.disturbed({ subscriber, sessionId, code });
    let left = limit;
    for await (const event of client.followEvents({ sessionId, after: cursor.seq, signal, onReconnect })) {
      history.delivered(subscriber, event);
      cursor.seq = event.seq;
      onEvent(event);
      left -= 1;
      if (left === 0) return;
    }
  }

  async function hop(): Promise<void> {
    const random = createRandom(world.seed, hopping.subscriber);
    while (!signal.aborted) await follow(hopping, () => undefined, random.between(SHORTEST_HOP, LONGEST_HOP));
  }

  function recordEnd({ subscriber }: Cursor, error: unknown): void {
    const code = isCcError(error) ? error.code : "INTERNAL";
    history.disturbed({ subscriber, sessionId, code });
  }

  function take(event: Event): void {
    ends.take(event);
    if (event.type === "approval.requested") void allow(world, event.data).catch(() => undefined); // the run is over
  }

  void follow(steady, take).catch((error: unknown) => recordEnd(steady, error));
  void hop().catch((error: unknown) => recordEnd(hopping, error));
  return {
    hasEnded: ends.has,
    wasCancelled: ends.wasCancelled,
    waitForEnd: ends.wait,
    lowestSeq: () => Math.min(steady.seq, hopping.seq),
  };
}

/** By now the question may be withdrawn, with its turn. */
async function allow({ client, did, signal }: World, data: Event["data"]): Promise<void> {
  const { id: approvalId } = (data as { approval: Approval }).approval;
  did("approvals");
  await insist({ signal }, () => client.approvals.answer.mutate({ approvalId, decision: "allow" }, { signal }));
}

/** The turns that are over, and who waits for others. */
function createEnds() {
  const ended = new Map<string, Event["type"]>();
  const waiting = new Map<string, (() => void)[]>();

  function take(event: Event): void {
    if (!isEnd(event) || event.turnId === undefined) return;
    ended.set(event.turnId, event.type);
    for (const resolve of waiting.get(event.turnId) ?? []) resolve();
    waiting.delete(event.turnId);
  }

  function wait(turnId: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (ended.has(turnId) || signal.aborted) return Promise.resolve();
    waiting.set(turnId, [...(waiting.get(turnId) ?? []), resolve]);
    signal.addEventListener("abort", () => resolve(), { once: true });
    return promise;
  }

  const wasCancelled = (turnId: string) => ended.get(turnId) === "turn.cancelled";
  return { take, wait, has: (turnId: string) => ended.has(turnId), wasCancelled };
}
