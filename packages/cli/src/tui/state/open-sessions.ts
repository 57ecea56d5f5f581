/** The sessions that are followed, in the order in which they were opened. */
import type { SessionId } from "@cc-docker/client";
import type { Highlight } from "../text/code/layout-code.ts";
import { type OpenSession, type OpenSessionOptions, openSession } from "./open-session.ts";

export type OpenSessions = {
  ids(): readonly SessionId[];
  find(id: SessionId): OpenSession | undefined;
  /** The one that is followed already, or else is from now on. */
  open(id: SessionId): OpenSession;
  /** @returns the one beside it, if any is left */
  close(id: SessionId): SessionId | undefined;
  useHighlight(highlight: Highlight): void;
};

type Options = Omit<OpenSessionOptions, "id" | "isShown"> & { isShown: (id: SessionId) => boolean };

export function createOpenSessions({ isShown, ...options }: Options): OpenSessions {
  const opened = new Map<SessionId, OpenSession>();
  let highlight: Highlight | undefined;

  function open(id: SessionId): OpenSession {
    const known = opened.get(id);
    if (known) return known;
    const session = openSession({ ...options, id, isShown: () => isShown(id) });
    if (highlight) session.body.useHighlight(highlight);
    opened.set(id, session);
    return session;
  }

  function close(id: SessionId): SessionId | undefined {
    const ids = [...opened.keys()];
    const at = ids.indexOf(id);
    opened.get(id)?.close();
    opened.delete(id);
    return ids[at + 1] ?? ids[at - 1];
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
  };
}
