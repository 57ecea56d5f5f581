/** Tells what the engine reports of our own doing from what somebody else has done. */
import type { SessionId } from "@cc-docker/protocol";

export type OwnActions = {
  /** What the engine reports of this session while `work` lasts, and a little longer, is of our own making. */
  during<T>(sessionId: SessionId, work: () => Promise<T>): Promise<T>;
  isActing(sessionId: string): boolean;
  /** The session is one of this install's that has something on the engine. */
  isKnown(sessionId: string): boolean;
  know(sessionIds: readonly string[]): void;
};

/** The engine reports what it has done some milliseconds later, on a loaded machine some hundred. */
const LATE_MS = 1000;

export function createOwnActions(): OwnActions {
  const acting = new Map<string, number>();
  const endedAt = new Map<string, number>();
  let known = new Set<string>();

  async function during<T>(sessionId: SessionId, work: () => Promise<T>): Promise<T> {
    known.add(sessionId);
    acting.set(sessionId, (acting.get(sessionId) ?? 0) + 1);
    try {
      return await work();
    } finally {
      end(sessionId);
    }
  }

  function end(sessionId: string): void {
    const left = (acting.get(sessionId) ?? 1) - 1;
    if (left > 0) acting.set(sessionId, left);
    else acting.delete(sessionId);
    const now = performance.now();
    for (const [id, at] of endedAt) if (now - at > LATE_MS) endedAt.delete(id);
    endedAt.set(sessionId, now);
  }

  return {
    during,
    isActing: (id) => acting.has(id) || performance.now() - (endedAt.get(id) ?? -LATE_MS) < LATE_MS,
    isKnown: (id) => known.has(id),
    know: (ids) => {
      known = new Set([...ids, ...acting.keys()]);
    },
  };
}
