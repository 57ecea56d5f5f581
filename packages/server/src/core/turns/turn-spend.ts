/**
 * What turns have used so far, by the word of the model's service: for turns that end before their agent could tell, or
 * whose agent does not tell all. In memory, of the sessions that live; a gateway that takes one over knows only what it
 * has seen itself.
 */
import { addUsage, NO_TOTALS, type SessionId, type TokenUsage, type TurnId } from "@cc-docker/protocol";
import type { SessionRow } from "../../ports/store/store.ts";
import type { ModelUse } from "../quotas/price.ts";
import { isLive } from "../sessions/session-status.ts";

export type TurnSpend = {
  /** The session as a change has left it. */
  watch(session: SessionRow): void;
  /** The session is no longer this gateway's. */
  forget(sessionId: SessionId): void;
  /**
   * `call`, of the session's agent, has used so much by now. Outside of a turn it is the next one's: what an agent leaves
   * running behind a turn is not free.
   */
  tell(sessionId: SessionId, call: object, use: ModelUse): void;
  /** What the calls of the session's running turn have used; none when it is not that turn. */
  of(turnId: TurnId): readonly ModelUse[];
};

type Spent = { turnId: TurnId | undefined; uses: ModelUse[] };
/** `use`: one of `uses`; what it has used by `now`, but for what it had `before`, which an earlier turn has paid. */
type Call = { uses: readonly ModelUse[]; use: ModelUse; before: Used; now: Used };
type Used = Omit<ModelUse, "model">;

const NOTHING: Used = { usage: NO_TOTALS.usage, hourCacheTokens: 0 };

/** Of a turn with more calls the oldest are counted together. */
const MAX_USES = 1000;

export function createTurnSpend(): TurnSpend {
  const bySession = new Map<SessionId, Spent>();
  const byTurn = new Map<TurnId, Spent>();
  const calls = new WeakMap<object, Call>();

  function watch(session: SessionRow): void {
    if (!isLive(session)) return forget(session.id);
    const { id, runningTurn: turnId } = session;
    const last = bySession.get(id);
    if (last && last.turnId === turnId) return;
    forget(id);
    const spent: Spent = { turnId, uses: last && !last.turnId ? last.uses : [] };
    bySession.set(id, spent);
    if (turnId) byTurn.set(turnId, spent);
  }

  function forget(sessionId: SessionId): void {
    const spent = bySession.get(sessionId);
    bySession.delete(sessionId);
    if (spent?.turnId) byTurn.delete(spent.turnId);
  }

  function tell(sessionId: SessionId, key: object, { model, ...now }: ModelUse): void {
    const uses = bySession.get(sessionId)?.uses;
    if (!uses) return;
    const known = calls.get(key);
    const call = known?.uses === uses ? known : begin(uses, known?.now);
    calls.set(key, Object.assign(call, { now }));
    Object.assign(call.use, { model, ...subtract(now, call.before) });
  }

  function begin(uses: ModelUse[], before: Used = NOTHING): Call {
    const use = { model: "", ...before };
    uses.push(use);
    if (uses.length > MAX_USES) joinOldest(uses);
    return { uses, use, before, now: before };
  }

  return { watch, forget, tell, of: (turnId) => byTurn.get(turnId)?.uses ?? [] };
}

/** Both are over: no agent has so many calls open. */
function joinOldest(uses: ModelUse[]): void {
  const [first, second] = uses.splice(0, 2);
  if (!first || !second) return;
  const hourCacheTokens = first.hourCacheTokens + second.hourCacheTokens;
  uses.unshift({ model: second.model, usage: addUsage(first.usage, second.usage), hourCacheTokens });
}

function subtract({ usage, hourCacheTokens }: Used, before: Used): Used {
  const kinds = Object.keys(usage) as (keyof TokenUsage)[];
  const left = kinds.map((kind) => [kind, Math.max(0, usage[kind] - before.usage[kind])] as const);
  return {
    usage: { ...usage, ...Object.fromEntries(left) },
    hourCacheTokens: Math.max(0, hourCacheTokens - before.hourCacheTokens),
  };
}
