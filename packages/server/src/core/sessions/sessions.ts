import {
  CcError,
  describeError,
  isCcError,
  NO_TOTALS,
  type Session,
  type SessionConfig,
  type SessionId,
  type SessionStatus,
} from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import { fingerprint } from "../../lib/fingerprint.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import { parseCursor } from "../cursor.ts";
import { checkToolRules } from "./check-tool-rules.ts";
import { checkTimeouts, type MaxTimeouts } from "./deadlines.ts";
import type { Instances } from "./instances.ts";
import { claimKey } from "./session-keys.ts";
import type { SessionWriter } from "./session-writer.ts";

export type Sessions = {
  /**
   * The row is on disk when this resolves; the instance starts in the background. The same key of an owner always means
   * the same session, whatever has happened since.
   * @throws CcError TIMEOUT_TOO_LONG, TOOL_RULE_UNENFORCEABLE, IDEMPOTENCY_KEY_REUSED; SESSION_NOT_FOUND when the key's session was deleted
   */
  create(input: CreateSession): Promise<Session>;
  /** @throws CcError SESSION_NOT_FOUND, also for what belongs to another owner or was deleted */
  get(input: OwnedSession): Promise<Session>;
  /** Newest first. `nextCursor` is present when there may be more. */
  list(input: ListInput): Promise<{ sessions: Session[]; nextCursor?: string }>;
  /**
   * Has the session stand still, also in the midst of a turn, until it is resumed. Pausing what is paused is fine.
   * @throws CcError SESSION_NOT_PAUSABLE when it is starting or at rest, RUNTIME_UNAVAILABLE
   */
  pause(input: OwnedSession): Promise<Session>;
  /** Has a paused session go on, with what it was at; wakes one at rest; else it changes nothing. */
  resume(input: OwnedSession): Promise<Session>;
  /** Ends the instance; the log stays. Stopping what is at rest is fine. */
  stop(input: OwnedSession): Promise<Session>;
  /** Removes container, volumes, log and turns. */
  delete(input: OwnedSession): Promise<void>;
};

export type CreateSession = { owner: string; config: SessionConfig; idempotencyKey?: string | undefined };
export type OwnedSession = { owner: string; sessionId: SessionId };
export type ListInput = { owner: string; limit: number; cursor?: string; status?: SessionStatus };
type SessionsDeps = {
  store: Store;
  writer: SessionWriter;
  instances: Instances;
  maxTimeouts: MaxTimeouts;
  newSessionId: () => SessionId;
};

const FRESH = {
  generation: 1,
  outboxAcked: 0,
  turnCount: 0,
  costUsd: 0,
  agentCostUsd: 0,
  crashes: 0,
  openApprovals: 0,
  deleted: false,
};

export function createSessions({ store, writer, instances, maxTimeouts, newSessionId }: SessionsDeps): Sessions {
  async function create({ owner, config, idempotencyKey: key }: CreateSession): Promise<Session> {
    const claim = { owner, sessionId: newSessionId(), request: fingerprint({ create: config }) };
    let { sessionId } = claim;
    const session = await writer.insert(async (tx) => {
      const earlier = key === undefined ? undefined : await claimKey(tx, { ...claim, key });
      sessionId = earlier ?? sessionId;
      if (earlier) return undefined;
      checkTimeouts(config, maxTimeouts);
      checkToolRules(config);
      return { ...FRESH, id: sessionId, owner, config };
    });
    if (!session) return toSession(await requireSession({ owner, sessionId }));
    failpoint("create.committed");
    instances.launch(session);
    return toSession(session);
  }

  async function requireSession({ owner, sessionId }: OwnedSession): Promise<SessionRow> {
    const session = await store.findSession(sessionId);
    if (session && session.owner === owner && !session.deleted) return session;
    throw new CcError("SESSION_NOT_FOUND", `There is no session ${sessionId}.`);
  }

  async function list({
    owner,
    limit,
    cursor,
    status,
  }: ListInput): Promise<{ sessions: Session[]; nextCursor?: string }> {
    const before = cursor === undefined ? undefined : parseCursor(cursor);
    const rows = await store.listSessions({
      owner,
      limit,
      ...(before !== undefined && { before }),
      ...(status && { status }),
    });
    const last = rows.at(-1);
    const more = last !== undefined && rows.length === limit;
    return { sessions: rows.map(toSession), ...(more && { nextCursor: String(last.position) }) };
  }

  async function pause(input: OwnedSession): Promise<Session> {
    const { id } = await requireSession(input);
    await instances.pause(id);
    return toSession(await requireSession(input));
  }

  async function resume(input: OwnedSession): Promise<Session> {
    const { id } = await requireSession(input);
    await instances.resume(id);
    return toSession(await requireSession(input));
  }

  async function stop(input: OwnedSession): Promise<Session> {
    const { id } = await requireSession(input);
    await instances.stop(id);
    return toSession(await requireSession(input));
  }

  async function remove(input: OwnedSession): Promise<void> {
    const { id } = await requireSession(input);
    await writer.change(id, async (change) => change.patch({ deleted: true }));
    failpoint("delete.marked");
    await instances.remove(id).catch((error: unknown) => {
      const isPutOff = isCcError(error, "RUNTIME_UNAVAILABLE") || isCcError(error, "LEASE_LOST");
      if (!isPutOff) throw error; // the row says what is left to do, to who holds it once the engine is back
    });
  }

  return {
    create,
    get: async (input) => toSession(await requireSession(input)),
    list,
    pause,
    resume,
    stop,
    delete: remove,
  };
}

function toSession({ error, ...row }: SessionRow): Session {
  const { id, status, parked, config, lastSeq, turnCount, costUsd, totals = NO_TOTALS, createdAt, updatedAt } = row;
  const described = error && { error: describeError(error.code, error.message) };
  return {
    id,
    status,
    ...(parked && { parked }),
    config,
    lastSeq,
    turnCount,
    costUsd,
    totals,
    createdAt,
    updatedAt,
    ...described,
  };
}
