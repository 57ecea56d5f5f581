/** Walks through a session's log from a cursor on, and goes along with it. */
import type { SessionId } from "@cc-docker/protocol";
import { createTurnBudget } from "../../lib/turn-budget.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { EventRow } from "../../ports/store/store.ts";
import { createBell } from "../bell.ts";
import type { Take } from "./pull-pages.ts";
import type { RecentEvents } from "./recent-events.ts";

/**
 * What one turn of the event loop does for followers, some 5 ms of work: so many are sent a batch that is at hand, or
 * far fewer a page of the store.
 */
const TURN = { units: 128, batch: 1, page: 32 };

/** Followers that keep up get the same array, so that what is made of it can be kept with it. */
export type EventPage = readonly EventRow[];
export type FollowFrom = { after: number; admit(): Promise<void>; signal: AbortSignal };

type Next<Page> = { page: Page; last: number };
/** Where pages come from, in the form that is wanted. */
export type Pages<Page> = {
  /** Of a batch, or of the end of one. */
  of(newest: EventPage): Next<Page>;
  read(after: number): Promise<Next<Page> | undefined>;
};

export type WalkDeps = {
  bus: Bus;
  recent: RecentEvents;
  /** Throws when there is no such log any more. */
  requireLog(sessionId: SessionId): Promise<void>;
};

/**
 * @returns what gives `take` each page after the cursor, in order, once, and then those to come, until `signal`; a page
 * is given when the last has been taken
 */
export function createWalk({ bus, recent, requireLog }: WalkDeps) {
  const turns = createTurnBudget(TURN.units);

  return async function walk<Page>(
    sessionId: SessionId,
    { after, admit, signal }: FollowFrom,
    pages: Pages<Page>,
    take: Take<Page>,
  ): Promise<void> {
    await admit();
    using bell = createBell(bus, `events:${sessionId}`);
    using stack = new DisposableStack();
    stack.defer(recent.keep(sessionId));
    let cursor = after;
    let taking: Promise<unknown> | undefined;
    let isQueued = false;
    const readNewest = () => recent.read(sessionId, cursor);

    function give({ page, last }: Next<Page>): Promise<unknown> | undefined {
      cursor = last;
      return take(page);
    }

    /** In a function of its own: who waits for a ring keeps no page. @returns whether there was one */
    async function step(): Promise<boolean> {
      await turns.take(readNewest().length > 0 ? TURN.batch : TURN.page);
      const newest = readNewest();
      const next = newest.length > 0 ? pages.of(newest) : await pages.read(cursor);
      await (next ? give(next) : requireLog(sessionId));
      return next !== undefined;
    }

    /** Who keeps up is given a batch in its turn, and is not woken for it. @returns whether there is one at hand */
    function keepUp(): boolean {
      if (isQueued) return true;
      if (readNewest().length === 0) return false;
      isQueued = true;
      turns.run(TURN.batch, giveNewest);
      return true;
    }

    function giveNewest(): void {
      isQueued = false;
      if (signal.aborted) return;
      const newest = readNewest();
      try {
        if (newest.length > 0) taking = give(pages.of(newest));
      } catch (error) {
        taking = Promise.reject(error as Error);
      }
      if (taking || (bell.value !== cursor && !keepUp())) bell.wake();
    }

    while (!signal.aborted) {
      const isFound = await step();
      if (isFound && bell.value !== cursor) continue;
      await bell.wait(signal, keepUp);
      await taking;
      taking = undefined;
    }
  };
}
