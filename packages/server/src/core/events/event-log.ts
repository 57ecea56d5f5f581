/** Reading a session's log: pages from a cursor, and the same cursor followed live. */
import { CcError, type SessionId } from "@cc-docker/protocol";
import { createTurnBudget } from "../../lib/turn-budget.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { EventRow, Store } from "../../ports/store/store.ts";
import { createBell } from "../bell.ts";
import type { RecentEvents } from "./recent-events.ts";
import type { TextForm } from "./text-form.ts";

/** A page from the store: bounded, so that a slow reader costs a cursor and one page. */
const PAGE = { limit: 500, maxBytes: 1024 * 1024 };
/** Of text, which costs less by the event. */
const TEXT_PAGE = { limit: 2500, maxBytes: PAGE.maxBytes };

/**
 * What one turn of the event loop does for followers, some 5 ms of work: so many are sent a batch that is at hand, or
 * far fewer a page of the store.
 */
const TURN = { units: 128, batch: 1, page: 32 };

export type EventLog = {
  /** @throws CcError SESSION_NOT_FOUND when what comes next has been removed */
  read(sessionId: SessionId, page: { after: number; limit: number }): Promise<EventRow[]>;
  /**
   * Every event with `seq > after`, in order, once; then those to come, until `signal` or the session's deletion
   * (SESSION_NOT_FOUND). Ends without an error on `signal`. `admit` is called first: what it throws ends it.
   */
  follow(sessionId: SessionId, from: FollowFrom): EventPages;
  /** The same as it is to be sent. Much faster through an old log, whose texts the store puts together. */
  followText(sessionId: SessionId, from: FollowFrom, form: TextForm): EventTexts;
};

/** Pages of a log. Followers that keep up get the same array, so that what is made of it can be kept with it. */
export type EventPages = AsyncGenerator<readonly EventRow[], void, undefined>;

/** The pages of a log as bytes to be sent. */
export type EventTexts = AsyncGenerator<Buffer, void, undefined>;
type Next<Page> = { page: Page; last: number };
type Pages<Page> = {
  /** Of a batch, which is not empty, or the end of one. */
  of(newest: readonly EventRow[]): Next<Page> | undefined;
  read(after: number): Promise<Next<Page> | undefined>;
};
export type FollowFrom = { after: number; admit(): Promise<void>; signal: AbortSignal };

export type EventLogDeps = { store: Store; bus: Bus; recent: RecentEvents };

export function createEventLog({ store, bus, recent }: EventLogDeps): EventLog {
  const turns = createTurnBudget(TURN.units);

  async function read(sessionId: SessionId, { after, limit }: { after: number; limit: number }): Promise<EventRow[]> {
    const page = await store.readEvents(sessionId, { after, limit, maxBytes: PAGE.maxBytes });
    requireNext(sessionId, { after, first: page[0]?.seq });
    return page;
  }

  async function* walk<Page>(sessionId: SessionId, { after, admit, signal }: FollowFrom, pages: Pages<Page>) {
    await admit();
    using bell = createBell(bus, `events:${sessionId}`);
    using stack = new DisposableStack();
    stack.defer(recent.keep(sessionId));
    let cursor = after;
    while (!signal.aborted) {
      await turns.take(recent.read(sessionId, cursor).length > 0 ? TURN.batch : TURN.page);
      const newest = recent.read(sessionId, cursor);
      let next = newest.length > 0 ? pages.of(newest) : await pages.read(cursor);
      const isFound = next !== undefined;
      if (next) {
        cursor = next.last;
        yield next.page;
        next = undefined; // who waits keeps no page
      } else await requireLog(sessionId);
      if (!isFound || bell.value === cursor) await bell.wait(signal);
    }
  }

  function follow(sessionId: SessionId, from: FollowFrom): EventPages {
    const of = (page: readonly EventRow[]) => {
      const last = page.at(-1)?.seq;
      return last === undefined ? undefined : { page, last };
    };
    return walk(sessionId, from, {
      of,
      read: async (after) => of(await read(sessionId, { after, limit: PAGE.limit })),
    });
  }

  function followText(sessionId: SessionId, from: FollowFrom, form: TextForm): EventTexts {
    const of = (page: readonly EventRow[]) => ({ page: form.encode(page), last: page.at(-1)?.seq ?? 0 });

    async function readText(after: number) {
      const text = await store.readEventText(sessionId, { after, ...TEXT_PAGE }, form);
      requireNext(sessionId, { after, first: text?.first });
      return text && { page: text.bytes, last: text.last };
    }

    return walk(sessionId, from, { of, read: readText });
  }

  async function requireLog(sessionId: SessionId): Promise<void> {
    const session = await store.findSession(sessionId);
    if (!session || session.deleted) throw deleted(sessionId);
  }

  return { read, follow, followText };
}

/** A log has no gaps: what is missing before a page has gone with a session that is being removed. */
function requireNext(sessionId: SessionId, { after, first }: { after: number; first: number | undefined }): void {
  if (first !== undefined && first !== after + 1) throw deleted(sessionId);
}

function deleted(sessionId: SessionId): CcError {
  return new CcError("SESSION_NOT_FOUND", `Session ${sessionId} was deleted.`);
}
