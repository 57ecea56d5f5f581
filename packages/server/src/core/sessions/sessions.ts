import {
  CcError,
  type ErrorCode,
  isCcError,
  type Session,
  type SessionId,
  type SessionStats,
  type SessionStatus,
} from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { HostDirectories } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import { keepRules } from "../approvals/allowed-rules.ts";
import { parseCursor } from "../cursor.ts";
import type { Quotas } from "../quotas/quotas.ts";
import type { ContainerUsages } from "./container-usage.ts";
import type { MaxTimeouts } from "./deadlines.ts";
import type { ForkSession } from "./forks.ts";
import type { Instances } from "./instances.ts";
import { type CreateSession, createNewSessions } from "./new-sessions.ts";
import { isLive } from "./session-status.ts";
import type { SessionWriter } from "./session-writer.ts";
import { toSession } from "./to-session.ts";

export type Sessions = {
  /**
   * The row is on disk when this resolves; the instance starts in the background. The same key of an owner always means
   * the same session, whatever has happened since.
   * @throws CcError TIMEOUT_TOO_LONG, TOOL_RULE_UNENFORCEABLE, IDEMPOTENCY_KEY_REUSED, SESSION_LIMIT_REACHED,
   * CONTAINER_LIMIT_REACHED, WORKSPACE_NOT_ALLOWED, WORKSPACE_NOT_FOUND; SESSION_NOT_FOUND when the key's session was deleted
   */
  create(input: CreateSession): Promise<Session>;
  /**
   * A new session that goes on from another's conversation up to the end of a turn, with the other's files as they are
   * when they are copied, in the background. The other one is not changed. Where it works in a directory of the host
   * both work in that.
   * @throws CcError as `create`; SESSION_NOT_FOUND, TURN_NOT_FOUND, TURN_NOT_OVER
   */
  fork(input: ForkSession): Promise<Session>;
  /** @throws CcError SESSION_NOT_FOUND, also for what belongs to another owner or was deleted */
  get(input: OwnedSession): Promise<Session>;
  /**
   * Gives it another name, or with `null` none. Of its `allowedRules` it keeps only these.
   * @throws CcError SESSION_NOT_FOUND, REQUEST_INVALID
   */
  update(input: OwnedSession & SessionUpdate): Promise<Session>;
  /**
   * Newest first. `nextCursor` is present when there may be more, `total` when an `offset` was given. A cursor is the
   * better way: it costs the same on every page, and what is made meanwhile moves nothing.
   */
  list(input: ListInput): Promise<SessionPage>;
  /**
   * Has the session stand still, also in the midst of a turn, until it is resumed. Pausing what is paused is fine.
   * @throws CcError SESSION_NOT_PAUSABLE when it is starting or at rest, RUNTIME_UNAVAILABLE
   */
  pause(input: OwnedSession): Promise<Session>;
  /**
   * Has a paused session go on, with what it was at; wakes one at rest; else it changes nothing.
   * @throws CcError SESSION_LIMIT_REACHED, CONTAINER_LIMIT_REACHED
   */
  resume(input: OwnedSession): Promise<Session>;
  /** What its container uses just now; nothing of one that has none. @throws CcError SESSION_NOT_FOUND, RUNTIME_UNAVAILABLE */
  stats(input: OwnedSession): Promise<SessionStats>;
  /** Ends the instance; the log stays. Stopping what is at rest is fine. */
  stop(input: OwnedSession): Promise<Session>;
  /** Removes container, volumes, log and turns. */
  delete(input: OwnedSession): Promise<void>;
};

/** What is absent stays as it is. */
export type SessionUpdate = { name?: string | null | undefined; allowedRules?: readonly string[] | undefined };

export type OwnedSession = { owner: string; sessionId: SessionId };
export type ListInput = {
  owner: string;
  limit: number;
  cursor?: string;
  offset?: number;
  status?: SessionStatus;
  /** Only those that work in this directory of the host, by its real path. */
  workspacePath?: string;
};
export type SessionPage = { sessions: Session[]; nextCursor?: string; total?: number };
type SessionsDeps = {
  store: Store;
  writer: SessionWriter;
  instances: Instances;
  usages: Pick<ContainerUsages, "measure" | "bytesOf">;
  maxTimeouts: MaxTimeouts;
  quotas: Quotas;
  directories: Pick<HostDirectories, "find">;
  newId: () => string;
};

/** What a deletion that is on disk outlives: it goes on when the engine is back, there is space, or the holder comes. */
const PUT_OFF: ReadonlySet<ErrorCode> = new Set([
  "RUNTIME_UNAVAILABLE",
  "LEASE_LOST",
  "STORE_FULL",
  "STORE_UNAVAILABLE",
]);

export function createSessions(deps: SessionsDeps): Sessions {
  const { store, writer, instances, usages } = deps;
  const { create, fork } = createNewSessions({ ...deps, get });

  async function get(input: OwnedSession): Promise<Session> {
    return toSession(await requireSession(input));
  }

  async function requireSession({ owner, sessionId }: OwnedSession): Promise<SessionRow> {
    const session = await store.findSession(sessionId);
    if (session && session.owner === owner && !session.deleted) return session;
    throw new CcError("SESSION_NOT_FOUND", `There is no session ${sessionId}.`);
  }

  async function list({ limit, cursor, offset, ...whose }: ListInput): Promise<SessionPage> {
    const before = cursor === undefined ? undefined : parseCursor(cursor);
    const place = { ...(before !== undefined && { before }), ...(offset !== undefined && { offset }) };
    const rows = await store.listSessions({ ...whose, ...place, limit });
    const total = offset === undefined ? undefined : await store.countSessions(whose);
    const last = rows.at(-1);
    const more = last !== undefined && rows.length === limit;
    return {
      sessions: rows.map(toSession),
      ...(more && { nextCursor: String(last.position) }),
      ...(total !== undefined && { total }),
    };
  }

  async function update({ name, allowedRules, ...input }: OwnedSession & SessionUpdate): Promise<Session> {
    const { id } = await requireSession(input);
    await writer.change(id, async (change) => {
      if (name !== undefined) change.patch({ name: name ?? undefined });
      if (allowedRules) keepRules(change, allowedRules);
    });
    return toSession(await requireSession(input));
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

  async function stats(input: OwnedSession): Promise<SessionStats> {
    const session = await requireSession(input);
    const usage = isLive(session) ? await usages.measure(session) : undefined;
    if (!usage) return { status: session.status };
    const { rxBytes, txBytes } = usages.bytesOf(session.id);
    return { status: session.status, container: { ...usage, networkRxBytes: rxBytes, networkTxBytes: txBytes } };
  }

  async function remove(input: OwnedSession): Promise<void> {
    const { id } = await requireSession(input);
    await writer.change(id, async (change) => change.patch({ deleted: true }));
    failpoint("delete.marked");
    await instances.remove(id).catch((error: unknown) => {
      if (!isCcError(error) || !PUT_OFF.has(error.code)) throw error; // the row says what is left to do, to who holds it
    });
  }

  return { create, fork, get, update, list, pause, resume, stats, stop, delete: remove };
}
