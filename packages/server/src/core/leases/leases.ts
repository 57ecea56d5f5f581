/**
 * Which sessions this gateway looks after. A session's row names its holder, and a fence that goes up with every change
 * of holder. What only the holder may do is compared with the row in the transaction that does it: a gateway that has
 * lost a session without knowing is refused there, and lets go of it.
 */
import { CcError, type SessionId } from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { SessionRow, Store, StoreWriter } from "../../ports/store/store.ts";

export type Leases = {
  /** What a new session's row begins with. */
  fresh(): Pick<SessionRow, "leaseHolder" | "leaseFence">;
  /** This gateway believes that it holds the session. */
  holds(sessionId: SessionId): boolean;
  /** The fence by which it believes so. */
  findFence(sessionId: SessionId): number | undefined;
  /** Believes what the store says, and lets go of a session that another has taken. @returns whether it is held here */
  learn(session: SessionRow): boolean;
  /** In a transaction: the row as it is to be. Nobody's session becomes this gateway's. */
  claim(tx: StoreWriter, row: SessionRow): Promise<SessionRow>;
  /** In a transaction: what the fence stands for still holds. @throws CcError LEASE_LOST */
  check(row: SessionRow, fence: number | undefined): void;
  /** Takes those of the sessions that are nobody's. */
  take(sessions: readonly SessionRow[]): Promise<void>;
  /** The session is no more. */
  forget(sessionId: SessionId): void;
  /** Lets go of the session, unless it was taken anew since it had that fence. */
  letGo(sessionId: SessionId, fence: number | undefined): void;
  /** Looks at all that it believes to hold: somebody has taken this gateway for dead. */
  doubt(): Promise<void>;
};

export type LeasesDeps = {
  gatewayId: string;
  store: Store;
  /** The session is another's now: nothing more is done for it here. */
  onLost: (sessionId: SessionId) => void;
};

export function createLeases({ gatewayId, store, onLost }: LeasesDeps): Leases {
  const fences = new Map<SessionId, number>();

  /** A row that was read before the session was taken last says nothing. */
  function learn({ id, leaseHolder, leaseFence }: SessionRow): boolean {
    const held = fences.get(id);
    if (held !== undefined && held > leaseFence) return true;
    if (leaseHolder === gatewayId) fences.set(id, leaseFence);
    else letGo(id, held);
    return leaseHolder === gatewayId;
  }

  function letGo(sessionId: SessionId, fence: number | undefined): void {
    if (fence === undefined || fences.get(sessionId) !== fence) return;
    fences.delete(sessionId);
    onLost(sessionId);
  }

  async function claim(tx: StoreWriter, row: SessionRow): Promise<SessionRow> {
    if (row.leaseHolder === gatewayId || (await isAlive(tx, row.leaseHolder))) return row;
    return { ...row, leaseHolder: gatewayId, leaseFence: row.leaseFence + 1 };
  }

  function check(row: SessionRow, fence: number | undefined): void {
    if (row.leaseHolder === gatewayId && row.leaseFence === fence) return;
    throw new CcError("LEASE_LOST", `Session ${row.id} is looked after by another gateway.`);
  }

  async function take(sessions: readonly SessionRow[]): Promise<void> {
    const foreign = sessions.filter((session) => !learn(session));
    if (foreign.length === 0) return;
    const alive = new Set((await store.listGateways()).map(({ id }) => id));
    const orphaned = foreign.filter(({ leaseHolder }) => leaseHolder === undefined || !alive.has(leaseHolder));
    if (orphaned.length === 0) return;
    const rows = await store.write((tx) => claimAll(tx, orphaned));
    failpoint("reconcile.taken");
    rows.forEach(learn);
  }

  async function claimAll(tx: StoreWriter, sessions: readonly SessionRow[]): Promise<SessionRow[]> {
    const rows: SessionRow[] = [];
    for (const { id } of sessions) {
      const row = await tx.findSession(id);
      const claimed = row && (await claim(tx, row));
      if (!claimed) continue;
      if (claimed !== row) await tx.updateSession(id, claimed);
      rows.push(claimed);
    }
    return rows;
  }

  async function doubt(): Promise<void> {
    for (const id of [...fences.keys()]) {
      const row = await store.findSession(id);
      if (row) learn(row);
      else fences.delete(id);
    }
  }

  const holds = (sessionId: SessionId) => fences.has(sessionId);
  return {
    fresh: () => ({ leaseHolder: gatewayId, leaseFence: 1 }),
    holds,
    findFence: (sessionId) => fences.get(sessionId),
    learn,
    claim,
    check,
    take,
    forget: (sessionId) => void fences.delete(sessionId),
    letGo,
    doubt,
  };
}

/** Who is not on the list has left, or was taken for dead. */
async function isAlive(tx: StoreWriter, gatewayId: string | undefined): Promise<boolean> {
  return gatewayId !== undefined && (await tx.listGateways()).some(({ id }) => id === gatewayId);
}
