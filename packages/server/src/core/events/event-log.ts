/** Reading a session's log: pages from a cursor, and the same cursor followed live. */
import { CcError, type SessionId } from "@cc-docker/protocol";
import type { Bus } from "../../ports/bus/bus.ts";
import type { EventRow, Store } from "../../ports/store/store.ts";
import { pullPages, type Take } from "./pull-pages.ts";
import type { RecentEvents } from "./recent-events.ts";
import type { TextForm } from "./text-form.ts";
import { createWalk, type EventPage, type FollowFrom } from "./walk.ts";

/** A page from the store: bounded, so that a slow reader costs a cursor and one page. */
const PAGE = { limit: 500, maxBytes: 1024 * 1024 };
/** Of text, which costs less by the event. */
const TEXT_PAGE = { limit: 2500, maxBytes: PAGE.maxBytes };

export type EventLog = {
  /** @throws CcError SESSION_NOT_FOUND when what comes next has been removed */
  read(sessionId: SessionId, page: { after: number; limit: number }): Promise<EventRow[]>;
  /**
   * Gives every event with `seq > after`, in order, once; then those to come, until `signal` or the session's deletion
   * (SESSION_NOT_FOUND). Resolves on `signal`. `admit` is called first: what it throws ends it, and so does what `take`
   * throws.
   */
  deliver(sessionId: SessionId, from: FollowFrom, take: Take<EventPage>): Promise<void>;
  /** The same as it is to be sent. Much faster through an old log, whose texts the store puts together. */
  deliverText(sessionId: SessionId, from: FollowFrom, form: TextForm, take: Take<Buffer>): Promise<void>;
  /** As `deliver`, for who asks for each page. */
  follow(sessionId: SessionId, from: FollowFrom): EventPages;
};

export type EventPages = AsyncGenerator<EventPage, void, undefined>;
export type EventLogDeps = { store: Store; bus: Bus; recent: RecentEvents };

export function createEventLog({ store, bus, recent }: EventLogDeps): EventLog {
  const walk = createWalk({ bus, recent, requireLog });

  async function read(sessionId: SessionId, { after, limit }: { after: number; limit: number }): Promise<EventRow[]> {
    const page = await store.readEvents(sessionId, { after, limit, maxBytes: PAGE.maxBytes });
    requireNext(sessionId, { after, first: page[0]?.seq });
    return page;
  }

  function deliver(sessionId: SessionId, from: FollowFrom, take: Take<EventPage>): Promise<void> {
    const of = (page: EventPage) => ({ page, last: lastOf(page) });

    async function readPage(after: number) {
      const page = await read(sessionId, { after, limit: PAGE.limit });
      return page.length > 0 ? of(page) : undefined;
    }

    return walk(sessionId, from, { of, read: readPage }, take);
  }

  function deliverText(sessionId: SessionId, from: FollowFrom, form: TextForm, take: Take<Buffer>): Promise<void> {
    const of = (page: EventPage) => ({ page: form.encode(page), last: lastOf(page) });

    async function readText(after: number) {
      const text = await store.readEventText(sessionId, { after, ...TEXT_PAGE }, form);
      requireNext(sessionId, { after, first: text?.first });
      return text && { page: text.bytes, last: text.last };
    }

    return walk(sessionId, from, { of, read: readText }, take);
  }

  async function requireLog(sessionId: SessionId): Promise<void> {
    const session = await store.findSession(sessionId);
    if (!session || session.deleted) throw deleted(sessionId);
  }

  return {
    read,
    deliver,
    deliverText,
    follow: (sessionId, from) => pullPages((take) => deliver(sessionId, from, take)),
  };
}

/** A log has no gaps: what is missing before a page has gone with a session that is being removed. */
function requireNext(sessionId: SessionId, { after, first }: { after: number; first: number | undefined }): void {
  if (first !== undefined && first !== after + 1) throw deleted(sessionId);
}

function lastOf(page: EventPage): number {
  return page.at(-1)?.seq ?? 0;
}

function deleted(sessionId: SessionId): CcError {
  return new CcError("SESSION_NOT_FOUND", `Session ${sessionId} was deleted.`);
}
