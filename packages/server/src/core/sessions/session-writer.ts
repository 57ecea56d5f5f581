/**
 * The one way to change a session: its row, its turns and its log move together in one durable step, and the bells
 * ring after it.
 */
import { isCcError, type SessionId, type TurnId } from "@cc-docker/protocol";
import type { Clock } from "../../lib/clock.ts";
import { failpoint } from "../../lib/failpoint.ts";
import { createKeyedLock } from "../../lib/keyed-lock.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { EventRow, SessionRow, Store, StoreWriter } from "../../ports/store/store.ts";
import type { Leases } from "../leases/leases.ts";
import { type Count, countMove } from "./count-change.ts";
import { createDraft, type Given, type Outcome, type SessionChange, type StartedTurn } from "./session-draft.ts";

export type NewSession = Omit<SessionRow, Given>;

export type SessionWriter = {
  /**
   * Runs `work` on the session, durably; `undefined` when there is no such row. For what any gateway may do: what
   * follows from it is for the session's holder, which this gateway becomes when it is nobody's.
   */
  change<T>(id: SessionId, work: Work<T>): Promise<T | undefined>;
  /** The same, for what only the session's holder may do. @throws CcError LEASE_LOST, and nothing is stored */
  changeAsHolder<T>(id: SessionId, work: Work<T>): Promise<T | undefined>;
  /**
   * Removes the rows of a session that this gateway holds, its own last: a long log goes in pieces, between which others
   * are changed. @throws CcError LEASE_LOST
   */
  erase(id: SessionId): Promise<void>;
  /** Inserts the row that `work` draws up, with its first event. `undefined` when it draws up none. */
  insert(work: (tx: StoreWriter) => Promise<NewSession | undefined>): Promise<SessionRow | undefined>;
  /** The turn that a commit has just started, while its bell is ringing: who hears it in this process asks no store. */
  findJustStarted(id: SessionId): StartedTurn | undefined;
  /** The session as that commit has left it, in the same way; also when it was parked or unparked. */
  findJustCommanded(id: SessionId): SessionRow | undefined;
};

/** A piece takes some 10 ms, in which no other session is changed: no two of them share a commit. */
const ERASED_AT_ONCE = { limit: 1000, maxBytes: 4 * 1024 * 1024 };

type Work<T> = (change: SessionChange) => Promise<T>;
/** Says, in the transaction, whose the session is for this change. @throws CcError LEASE_LOST */
type Admit = (tx: StoreWriter, row: SessionRow) => Promise<SessionRow>;

export type SessionWriterDeps = {
  store: Store;
  leases: Leases;
  bus: Bus;
  clock: Clock;
  usesOf: SessionChange["usesOf"];
  /** Hears each batch of events once it is durable, before the bells ring. */
  onAppended: (id: SessionId, events: readonly EventRow[]) => void;
  /** Hears what each change adds to the metrics, once it is durable. */
  onCounted: (counts: readonly Count[]) => void;
  /** Hears of turns whose end is durable. */
  onTurnsEnded: (ids: readonly TurnId[]) => void;
  /** Hears a session that this gateway holds as each change has left it, durably. */
  onChanged: (session: SessionRow) => void;
  /** The session's running turn is told to end early. */
  onInterrupted: (session: SessionRow) => void;
  /** The session wants an instance of its generation. */
  onInstanceWanted: (session: SessionRow) => void;
  /** The session, nobody's so far, has become this gateway's: what there is to do for it is to be found out. */
  onTaken: (sessionId: SessionId) => void;
};

export function createSessionWriter(deps: SessionWriterDeps): SessionWriter {
  const { store, leases, bus, clock, usesOf, onAppended } = deps;
  const inTurn = createKeyedLock<"piece">();
  const justCommanded = new Map<SessionId, { session: SessionRow; turn: StartedTurn | undefined }>();

  function change<T>(id: SessionId, work: Work<T>): Promise<T | undefined> {
    return apply(id, leases.claim, work);
  }

  function changeAsHolder<T>(id: SessionId, work: Work<T>): Promise<T | undefined> {
    return asHolder(id, (check) => apply(id, check, work));
  }

  async function erase(id: SessionId): Promise<void> {
    let more: boolean;
    do {
      more = await inTurn("piece", () => eraseAsHolder(id, (tx) => tx.trimSession(id, ERASED_AT_ONCE)));
      failpoint("delete.rows-trimmed");
    } while (more);
    await eraseAsHolder(id, (tx) => tx.deleteSession(id));
    leases.forget(id);
  }

  function eraseAsHolder<T>(id: SessionId, work: (tx: StoreWriter) => Promise<T>): Promise<T> {
    return asHolder(id, (check) =>
      store.write(async (tx) => {
        const row = await tx.findSession(id);
        if (row) await check(tx, row);
        return work(tx);
      }),
    );
  }

  /** By the fence that this gateway believes in now, whatever it learns while it waits for the transaction. */
  async function asHolder<T>(id: SessionId, run: (check: Admit) => Promise<T>): Promise<T> {
    const fence = leases.findFence(id);
    const check: Admit = async (_tx, row) => {
      leases.check(row, fence);
      return row;
    };
    return run(check).catch((error: unknown) => {
      if (isCcError(error, "LEASE_LOST")) leases.letGo(id, fence);
      throw error;
    });
  }

  async function apply<T>(id: SessionId, admit: Admit, work: Work<T>): Promise<T | undefined> {
    const done = await store.write(async (tx) => {
      const row = await tx.findSession(id);
      if (!row) return undefined;
      const draft = createDraft(tx, await admit(tx, row), { now: clock.nowIso(), usesOf });
      const value = await work(draft.change);
      await draft.flush();
      const outcome = draft.outcome();
      return { value, ...outcome, parks: outcome.session.parked !== row.parked };
    });
    if (!done) return undefined;
    onAppended(id, done.events);
    deps.onCounted(done.counts);
    if (done.endedTurns.length > 0) deps.onTurnsEnded(done.endedTurns);
    const { session } = done;
    const wasOurs = leases.holds(id);
    const isOurs = leases.learn(session);
    // First: the agent's time is what all wait for.
    if (done.commanded || done.parks || done.rung) ringForWrapper(session, done.commanded);
    bus.publish(`events:${id}`, session.deleted ? session.lastSeq + 1 : session.lastSeq);
    if (isOurs) followUp(done, wasOurs);
    else bus.publish(`holders:${id}`, session.lastSeq);
    return done.value;
  }

  /** What the holder does about a change. */
  function followUp({ session, commanded, instanceWanted }: Outcome, wasOurs: boolean): void {
    deps.onChanged(session);
    if (commanded?.interrupt) deps.onInterrupted(session);
    if (instanceWanted) deps.onInstanceWanted(session);
    else if (!wasOurs) deps.onTaken(session.id);
  }

  function ringForWrapper(session: SessionRow, turn: StartedTurn | undefined): void {
    justCommanded.set(session.id, { session, turn });
    bus.publish(`commands:${session.id}`, session.lastSeq);
    justCommanded.delete(session.id);
  }

  async function insert(work: (tx: StoreWriter) => Promise<NewSession | undefined>): Promise<SessionRow | undefined> {
    const now = clock.nowIso();
    const inserted = await store.write(async (tx) => {
      const row = await work(tx);
      if (!row) return undefined;
      const given = { status: "starting", lastSeq: 0, createdAt: now, updatedAt: now, ...leases.fresh() } as const;
      await tx.insertSession({ ...row, ...given });
      const draft = createDraft(tx, (await tx.findSession(row.id)) as SessionRow, { now, usesOf });
      draft.change.append("session.starting", { reason: "created", forkedFrom: row.forkedFrom });
      await draft.flush();
      return draft.change.session;
    });
    if (!inserted) return undefined;
    leases.learn(inserted);
    deps.onCounted(countMove({ from: "none", to: "starting", reason: "created" }));
    deps.onChanged(inserted);
    return inserted;
  }

  return {
    change,
    changeAsHolder,
    erase,
    insert,
    findJustStarted: (id) => justCommanded.get(id)?.turn,
    findJustCommanded: (id) => justCommanded.get(id)?.session,
  };
}
