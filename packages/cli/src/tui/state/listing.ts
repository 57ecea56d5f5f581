/** The rows of the list: what the gateway says of the sessions, with what was seen of them. */
import type { Client, Session, SessionId } from "@cc-docker/client";
import type { CcError } from "@cc-docker/protocol";
import { type Arrangement, arrange, type ListedRow } from "./arrange-sessions.ts";
import { costsOf, createGlimpses, type Glimpse, lastLineOf } from "./glimpses.ts";
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
  /** Keeps what is known of a session that is about not to be followed any more. */
  remember(id: SessionId): void;
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
    const { lastLine, activity, costs } = lookAt(session);
    const isAsking = open ? open.approvals().length > 0 : list.isAsking(id);
    const directory = session.workspace.type === "host" ? session.workspace.path : "";
    return {
      session,
      title: titleFor(session),
      directory,
      lastLine,
      isUnread,
      isAsking,
      activity,
      costs,
    };
  }

  function lookAt(session: Session): Glimpse {
    const [open, before] = [sessions.find(session.id), glimpses.of(session)];
    return open ? glimpseOf(open, before) : before;
  }

  /** Its name, else its first prompt, else where it comes from; empty while unknown. */
  function titleFor(session: Session): string {
    const own = session.name ?? lookAt(session).title;
    if (own !== "" || !session.forkedFrom) return own;
    const { sessionId } = session.forkedFrom;
    const parent = find(sessionId);
    return `fork of ${(parent && (parent.name ?? lookAt(parent).title)) || sessionId.slice(0, 8)}`;
  }

  /** What was seen of a session that is not followed any more. */
  function remember(id: SessionId): void {
    const session = find(id);
    if (session) glimpses.learn(id, lookAt(session));
  }

  function titleOf(id: SessionId): string {
    const session = find(id);
    const title = session ? titleFor(session) : "";
    return title === "" ? id.slice(0, 8) : title;
  }

  const find = (id: SessionId) => list.sessions()?.find((session) => session.id === id);
  return {
    ...{ rows, find, titleOf, remember, failure: list.failure, refresh: list.refresh },
    total: () => list.sessions()?.length,
  };
}

function glimpseOf(open: OpenSession, before: Glimpse): Glimpse {
  const view = open.view();
  return {
    title: before.title || (view.turns[0]?.prompt ?? ""),
    lastLine: lastLineOf(view) || before.lastLine,
    activity: view.activity,
    costs: costsOf(view),
  };
}
