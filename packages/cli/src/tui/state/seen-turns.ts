/** How many turns of each session had ended when a person last looked: what has ended since is marked as unread. */
import type { Session, SessionId } from "@cc-docker/client";

export type SeenTurns = {
  /** The gateway's word. What had happened before a session was first heard of is taken as seen. */
  hear(session: Session): void;
  /** Nobody follows the session any more, `turnsEnded` by what it told; or there is something in it nobody has seen. */
  leave(id: SessionId, left: { turnsEnded: number; isUnread: boolean }): void;
  isUnread(id: SessionId): boolean;
  /** The number of its newest event, by the gateway's last word; 0 when there is none. */
  lastSeq(id: SessionId): number;
  /** The others are gone for ever. */
  keepOnly(ids: ReadonlySet<SessionId>): void;
};

/** Fewer than any session has. */
const NONE = -1;

export function createSeenTurns(): SeenTurns {
  const known = new Map<SessionId, { ended: number; seen: number; lastSeq: number }>();

  function hear({ id, turnCount: ended, lastSeq }: Session): void {
    known.set(id, { ended, seen: known.get(id)?.seen ?? ended, lastSeq });
  }

  function leave(id: SessionId, { turnsEnded, isUnread }: { turnsEnded: number; isUnread: boolean }): void {
    const ended = Math.max(turnsEnded, known.get(id)?.ended ?? 0); // either may be the newer
    known.set(id, { ended, seen: isUnread ? NONE : ended, lastSeq: lastSeq(id) });
  }

  function isUnread(id: SessionId): boolean {
    const { ended, seen } = known.get(id) ?? { ended: 0, seen: 0 };
    return ended > seen;
  }

  function lastSeq(id: SessionId): number {
    return known.get(id)?.lastSeq ?? 0;
  }

  function keepOnly(ids: ReadonlySet<SessionId>): void {
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
  }

  return { hear, leave, isUnread, lastSeq, keepOnly };
}
