/** Reading a session's log: pages from a cursor, and the same cursor followed live. */
import { CcError, type SessionId } from "@cc-docker/protocol";
import type { Bus } from "../../ports/bus/bus.ts";
import type { EventRow, Store } from "../../ports/store/store.ts";
import { createBell } from "../bell.ts";
import type { RecentEvents } from "./recent-events.ts";

/** A page from the store: bounded, so that a slow reader costs a cursor and one page. */
const PAGE = { limit: 500, maxBytes: 1024 * 1024 };

export type EventLog = {
  /** @throws CcError SESSION_NOT_FOUND when what comes next has been removed */
  read(sessionId: SessionId, page: { after: number; limit: number }): Promise<EventRow[]>;
  /**
   * Every event with `seq > after`, in order, once; then those to come, until `signal` or the session's deletion
   * (SESSION_NOT_FOUND). Ends without an error on `signal`. `admit` is called first: what it throws ends it.
   */
  follow(sessionId: SessionId, from: FollowFrom): EventPages;
};

/** Pages of a log. Followers that keep up get the same array, so that what is made of it can be kept with it. */
export type EventPages = AsyncGenerator<readonly EventRow[], void, undefined>;

export type FollowFrom = { after: number; admit(): Promise<void>; signal: AbortSignal };

export type EventLogDeps = { store: Store; bus: Bus; recent: RecentEvents };

export function createEventLog({ store, bus, recent }: EventLogDeps): EventLog {
  /** A log has no gaps: what is missing before a page has gone with a session that is being removed. */
  async function read(sessionId: SessionId, { after, limit }: { after: number; limit: number }): Promise<EventRow[]> {
    const page = await store.readEvents(sessionId, { after, limit, maxBytes: PAGE.maxBytes });
    const [first] = page;
    if (first && first.seq !== after + 1) throw deleted(sessionId);
    return page;
  }

  async function* follow(sessionId: SessionId, { after, admit, signal }: FollowFrom): EventPages {
    await admit();
    using bell = createBell(bus, `events:${sessionId}`);
    using stack = new DisposableStack();
    stack.defer(recent.keep(sessionId));
    let cursor = after;
    while (!signal.aborted) {
      const newest = recent.read(sessionId, cursor);
      const page = newest.length > 0 ? newest : await read(sessionId, { after: cursor, limit: PAGE.limit });
      const last = page.at(-1);
      if (last) {
        cursor = last.seq;
        yield page;
      } else await requireLog(sessionId);
      if (!last || bell.value === cursor) await bell.wait(signal);
    }
  }

  async function requireLog(sessionId: SessionId): Promise<void> {
    const session = await store.findSession(sessionId);
    if (!session || session.deleted) throw deleted(sessionId);
  }

  return { read, follow };
}

function deleted(sessionId: SessionId): CcError {
  return new CcError("SESSION_NOT_FOUND", `Session ${sessionId} was deleted.`);
}
