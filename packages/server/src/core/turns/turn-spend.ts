/**
 * What turns have used so far, by the word of the model's service: for turns that end before their agent could tell.
 * In memory, of the turns that run; a gateway that takes one over knows only what it has seen itself.
 */
import { addUsage, type SessionId, type TurnId } from "@cc-docker/protocol";
import type { SessionRow } from "../../ports/store/store.ts";
import type { ModelUse } from "../quotas/price.ts";
import { isLive } from "../sessions/session-status.ts";

export type TurnSpend = {
  /** The session as a change has left it. */
  watch(session: SessionRow): void;
  /** The session is no longer this gateway's. */
  forget(sessionId: SessionId): void;
  /** `call`, of the session's agent, has used so much by now. Outside of a turn it is nobody's. */
  tell(sessionId: SessionId, call: object, use: ModelUse): void;
  /** What the calls of the session's running turn have used; none when it is not that turn. */
  of(turnId: TurnId): readonly ModelUse[];
};

/** `ofCall`: where a call's use stands in `uses`. */
type Spent = { turnId: TurnId; uses: ModelUse[]; ofCall: WeakMap<object, ModelUse> };

/** Of a turn with more calls the oldest are counted together. */
const MAX_USES = 1000;

export function createTurnSpend(): TurnSpend {
  const bySession = new Map<SessionId, Spent>();
  const byTurn = new Map<TurnId, Spent>();

  function watch(session: SessionRow): void {
    const turnId = isLive(session) ? session.runningTurn : undefined;
    if (bySession.get(session.id)?.turnId === turnId) return;
    forget(session.id);
    if (!turnId) return;
    const spent: Spent = { turnId, uses: [], ofCall: new WeakMap() };
    bySession.set(session.id, spent);
    byTurn.set(turnId, spent);
  }

  function forget(sessionId: SessionId): void {
    const spent = bySession.get(sessionId);
    bySession.delete(sessionId);
    if (spent) byTurn.delete(spent.turnId);
  }

  function tell(sessionId: SessionId, call: object, use: ModelUse): void {
    const spent = bySession.get(sessionId);
    if (!spent) return;
    const known = spent.ofCall.get(call);
    if (known) return void Object.assign(known, use);
    const added = { ...use };
    spent.ofCall.set(call, added);
    spent.uses.push(added);
    if (spent.uses.length > MAX_USES) joinOldest(spent.uses);
  }

  return { watch, forget, tell, of: (turnId) => byTurn.get(turnId)?.uses ?? [] };
}

/** Both are over: no agent has so many calls open. */
function joinOldest(uses: ModelUse[]): void {
  const [first, second] = uses.splice(0, 2);
  if (first && second) uses.unshift({ model: second.model, usage: addUsage(first.usage, second.usage) });
}
