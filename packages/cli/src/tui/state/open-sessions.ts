/**
 * The sessions that are followed, in the order in which they were opened: those that were shown last. To follow one
 * takes the memory of its whole view. What a person has begun in the others is kept.
 */
import type { SessionId } from "@cc-docker/client";
import type { Highlight } from "../text/code/layout-code.ts";
import { type Desk, leaveDesk } from "./desk.ts";
import { type OpenSession, type OpenSessionOptions, openSession } from "./open-session.ts";
import type { SeenTurns } from "./seen-turns.ts";

export type OpenSessions = {
  ids(): readonly SessionId[];
  find(id: SessionId): OpenSession | undefined;
  /** The one that is followed already, or else is from now on; the one shown least recently may no longer be. */
  open(id: SessionId): OpenSession;
  /** @returns the one beside it, if any is left */
  close(id: SessionId): SessionId | undefined;
  useHighlight(highlight: Highlight): void;
  /** The others are gone for ever. */
  keepOnly(ids: ReadonlySet<SessionId>): void;
};

type Options = Omit<OpenSessionOptions, "id" | "isShown" | "desk" | "oldSeq"> & {
  isShown: (id: SessionId) => boolean;
  seen: SeenTurns;
  /** It is followed no more from now on. */
  onLeave: (id: SessionId) => void;
};

/** As many as there are keys for. */
const MOST_FOLLOWED = 9;
/** Of sessions that are not followed: a prompt that was begun, and a place. */
const MOST_DESKS = 500;

export function createOpenSessions({ isShown, seen, onLeave, ...options }: Options): OpenSessions {
  const opened = new Map<SessionId, OpenSession>();
  /** Those of `opened`, least recently shown first. */
  const shownLast = new Set<SessionId>();
  /** Of sessions that are not followed any more, in the order in which they were left. */
  const desks = new Map<SessionId, Desk>();
  let highlight: Highlight | undefined;

  function open(id: SessionId): OpenSession {
    shownLast.delete(id);
    shownLast.add(id);
    const known = opened.get(id);
    if (known) return known;
    const session = openSession({
      ...options,
      id,
      isShown: () => isShown(id),
      desk: desks.get(id),
      oldSeq: seen.lastSeq(id),
    });
    desks.delete(id);
    if (highlight) session.body.useHighlight(highlight);
    opened.set(id, session);
    if (opened.size > MOST_FOLLOWED) letOneRest(id);
    return session;
  }

  function letOneRest(newest: SessionId): void {
    const mayRest = (id: SessionId) => id !== newest && !isShown(id);
    const resting = [...shownLast].filter(mayRest).map((id) => opened.get(id))[0];
    if (!resting) return;
    resting.body.rest(resting.view().lastSeq);
    desks.set(resting.id, leaveDesk(resting));
    for (const oldest of [...desks.keys()].slice(0, -MOST_DESKS)) desks.delete(oldest);
    leave(resting);
  }

  function leave(session: OpenSession): void {
    onLeave(session.id);
    seen.leave(session.id, { turnsEnded: session.turnsEnded(), isUnread: session.isUnread });
    session.close();
    opened.delete(session.id);
    shownLast.delete(session.id);
  }

  function close(id: SessionId): SessionId | undefined {
    const ids = [...opened.keys()];
    const at = ids.indexOf(id);
    const session = opened.get(id);
    if (session) leave(session);
    return ids[at + 1] ?? ids[at - 1];
  }

  function keepOnly(ids: ReadonlySet<SessionId>): void {
    for (const id of desks.keys()) if (!ids.has(id)) desks.delete(id);
  }

  return {
    ids: () => [...opened.keys()],
    find: (id) => opened.get(id),
    open,
    close,
    useHighlight(given) {
      highlight = given;
      for (const { body } of opened.values()) body.useHighlight(given);
    },
    keepOnly,
  };
}
