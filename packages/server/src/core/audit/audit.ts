/**
 * The audit log: what was done in whose name. The row of what is done is in the commit of its first effect, so there
 * is neither without the other; what was refused, or had no effect, has its row before it is answered, unless its actor
 * has had too many of that kind.
 */
import { AUDIT_OK, type AuditEntry } from "@cc-docker/protocol";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { createScope } from "../../lib/scope.ts";
import type { AuditHead, AuditRow, Store, StoreWriter } from "../../ports/store/store.ts";
import { linkAudit } from "./audit-chain.ts";
import { type ListEntries, listEntries } from "./list-entries.ts";
import { createRowBounds } from "./row-bounds.ts";
import { type Ids, watchEffects } from "./watch-effects.ts";

/** What somebody asks for, and in whose name. The ids are those that the call names. */
export type AuditedCall = Ids & {
  actor: string;
  action: string;
  requestId: string;
  remoteAddress?: string | undefined;
};

export type Audit = {
  /**
   * Runs a call that may change something and sees to it that it has one row: always if it changed something, else as
   * long as its actor has not had too many of those. `outcomeOf`: `ok`, or the code of the error that the result is.
   * @throws what `work` throws; CcError STORE_FULL, STORE_UNAVAILABLE when it went well and its row could not be kept
   */
  record<T>(call: AuditedCall, work: () => Promise<T>, outcomeOf: (result: T) => string): Promise<T>;
  /** What was done in the actor's name, newest first. @throws CcError REQUEST_INVALID */
  list(input: ListEntries): Promise<{ entries: AuditEntry[]; nextCursor?: string }>;
  /** Its newest row's number and hash: whoever notes them can tell later whether the log still goes on from there. */
  findHead(): Promise<AuditHead>;
};

type AuditDeps = { store: Store; clock: Clock; log: Logger };
/** A call under way. `open`: its row is still to be written; `taken`: by a write that has begun. */
type Pending = { call: AuditedCall; ids: Ids; state: "open" | "taken" | "over" };

/** So often the head goes into the log, where who may change the database may not. */
const TELL_EVERY = 1000;

/** `store`: the one that what is recorded must write to. */
export function createAudit({ store: plain, clock, log }: AuditDeps): { audit: Audit; store: Store } {
  const calls = createScope<Pending>();
  const bounds = createRowBounds(clock);

  async function append(tx: StoreWriter, { call, ids }: Pending, outcome: string, omitted = 0): Promise<AuditRow> {
    const head = await tx.findAuditHead();
    const row = linkAudit(head, { ...call, ...ids, at: clock.nowIso(), outcome, omitted });
    await tx.insertAudit(row);
    return row;
  }

  /**
   * The first work of a call that changes something takes the call's row along. What is returned is the store's own
   * promise, as of any other write: who waits for it goes on in the order of the commits.
   */
  function write<T>(work: (tx: StoreWriter) => Promise<T>): Promise<T> {
    const pending = calls.current();
    if (pending?.state !== "open") return plain.write(work);
    pending.state = "taken";
    let row: AuditRow | undefined;
    const written = plain.write(async (tx) => {
      const effects = watchEffects(tx, pending.ids);
      const value = await work(effects.tx);
      if (effects.seen()) row = await append(tx, pending, AUDIT_OK);
      return value;
    });
    const settle = (kept?: AuditRow) => {
      pending.state = kept ? "over" : "open";
      if (kept) tell(kept);
    };
    written.then(
      () => settle(row),
      () => settle(),
    );
    return written;
  }

  async function record<T>(call: AuditedCall, work: () => Promise<T>, outcomeOf: (result: T) => string): Promise<T> {
    const pending: Pending = { call, ids: { sessionId: call.sessionId, targetId: call.targetId }, state: "open" };
    const result = await calls.run(pending, work);
    if (pending.state !== "open") return result;
    pending.state = "over"; // what goes on in the background is no part of the call
    await keepEffectless(pending, outcomeOf(result));
    return result;
  }

  /** Who was refused is to hear why, whether or not that could be kept. */
  async function keepEffectless(pending: Pending, outcome: string): Promise<void> {
    const kept = bounds.admit(pending.call.actor);
    if (!kept) return;
    await plain
      .write((tx) => append(tx, pending, outcome, kept.omitted))
      .then(tell)
      .catch((error: unknown) => {
        if (outcome === AUDIT_OK) throw error;
        log.warn({ err: error }, "a refusal could not be kept in the audit log");
      });
  }

  function tell({ seq, hash }: AuditHead): void {
    if (seq % TELL_EVERY === 0) log.info({ seq, hash }, "the audit log is at");
  }

  const audit = { record, list: (input: ListEntries) => listEntries(plain, input), findHead: plain.findAuditHead };
  const store = Object.assign(Object.create(plain) as Store, { write }); // all else is the store's own
  return { audit, store };
}
