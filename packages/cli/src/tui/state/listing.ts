/** The rows of the list: what the gateway says of the sessions, with what was seen of them. */
import type { Client, Session, SessionId } from "@cc-docker/client";
import type { CcError } from "@cc-docker/protocol";
import { type Arrangement, arrange, type ListedRow } from "./arrange-sessions.ts";
import { createGlimpses, type Glimpse, lastLineOf } from "./glimpses.ts";
import type { OpenSession } from "./open-session.ts";
import type { OpenSessions } from "./open-sessions.ts";
import type { SeenTurns } from "./seen-turns.ts";
import { createSessionList } from "./session-list.ts";

export type Listing = {
  /** As arranged. */
  rows(): readonly ListedRow[];
  /** How many there are, whatever is shown of them; `undefined` before the first answer. */
  total(): number | undefined;
  find(id: SessionId): Session | undefined;
  /** What the session is called where there is room for a few words. */
  titleOf(id: SessionId): string;
  /** Why the gateway does not answer; `undefined` while it does. */
  failure(): CcError | undefined;
  refresh(): void;
};

export type ListingOptions = {
  client: Client;
  signal: AbortSignal;
  sessions: OpenSessions;
  seen: SeenTurns;
  arrangement: () => Arrangement;
  onChange: () => void;
};

/** Rows further down are looked at when they are arranged first. */
const MOST_GLIMPSES = 60;

export function createListing(options: ListingOptions): Listing {
  const { client, signal, sessions, seen, arrangement, onChange } = options;
  const glimpses = createGlimpses({ client, signal, onChange });
  const list = createSessionList({ client, signal, onChange: onAnswer });

  function onAnswer(): void {
    if (list.failure() === undefined) takeAnswer(list.sessions() ?? []);
    const unseen = rows().filter(({ session }) => sessions.find(session.id) === undefined);
    glimpses.look(unseen.slice(0, MOST_GLIMPSES).map(({ session }) => session));
    onChange();
  }

  function takeAnswer(all: readonly Session[]): void {
    for (const id of sessions.ids()) sessions.find(id)?.forgetAway();
    for (const session of all) seen.hear(session);
    const existing = new Set(all.map(({ id }) => id));
    for (const { keepOnly } of [glimpses, seen, sessions]) keepOnly(existing);
  }

  function rows(): ListedRow[] {
    return arrange((list.sessions() ?? []).map(toRow), arrangement());
  }

  function toRow(session: Session): ListedRow {
    const { id } = session;
    const open = sessions.find(id);
    const isUnread = open ? open.isUnread : seen.isUnread(id);
    const { title, lastLine, activity } = open ? glimpseOf(open, glimpses.of(session)) : glimpses.of(session);
    const isAsking = open ? open.approvals().length > 0 : list.isAsking(id);
    const directory = session.workspace.type === "host" ? session.workspace.path : "";
    return {
      session,
      title: session.name ?? title,
      directory,
      lastLine,
      isUnread,
      isAsking,
      activity,
    };
  }

  function titleOf(id: SessionId): string {
    const session = find(id);
    const title = session ? toRow(session).title : "";
    return title === "" ? id.slice(0, 8) : title;
  }

  const find = (id: SessionId) => list.sessions()?.find((session) => session.id === id);
  return { rows, total: () => list.sessions()?.length, find, titleOf, failure: list.failure, refresh: list.refresh };
}

function glimpseOf(open: OpenSession, before: Glimpse): Glimpse {
  const view = open.view();
  return {
    title: before.title || (view.turns[0]?.prompt ?? ""),
    lastLine: lastLineOf(view) || before.lastLine,
    activity: view.activity,
  };
}
