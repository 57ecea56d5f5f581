/** The works that share a commit: one transaction, in which each is undone alone when it throws. */
import { setImmediate as othersTurn, setTimeout as sleep } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import { failpoint } from "../../../lib/failpoint.ts";
import { codeOf, toStoreError } from "./database-errors.ts";
import type { Database } from "./tables.ts";
import type { Outcome, Work } from "./write-queue.ts";

/** How often another handle's transaction is waited for, so long each time. */
const BUSY = { tries: 1000, retryMs: 5 };

type CreateTx<Tx> = (connection: Kysely<Database>) => Tx;

/** @throws CcError STORE_FULL, STORE_UNAVAILABLE when none of the works is kept */
export function runBatch<Tx>(
  db: Kysely<Database>,
  createTx: CreateTx<Tx>,
  works: readonly Work<Tx>[],
): Promise<Outcome[]> {
  return db.connection().execute(async (connection) => {
    try {
      await begin(connection);
      const outcomes = await runWorks(connection, createTx(connection), works);
      failpoint("store.written");
      await sql`commit`.execute(connection);
      return outcomes;
    } catch (error) {
      await sql`rollback`.execute(connection).catch(() => undefined); // the transaction may be gone with its cause
      throw toStoreError(error);
    }
  });
}

/** Another handle of the database may be at work: it is waited for beside the event loop. */
async function begin(connection: Kysely<Database>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await sql`begin immediate`.execute(connection);
      return;
    } catch (error) {
      if (codeOf(error) !== "SQLITE_BUSY" || tries === BUSY.tries) throw error;
      await sleep(BUSY.retryMs);
    }
  }
}

/**
 * A work alone needs no savepoint: when it throws, the whole transaction is undone. Of many, each may take
 * milliseconds: between two of them the event loop has its turn.
 */
async function runWorks<Tx>(connection: Kysely<Database>, tx: Tx, works: readonly Work<Tx>[]): Promise<Outcome[]> {
  const [alone] = works;
  if (works.length === 1 && alone) return [{ ok: true, value: await alone(tx) }];
  const outcomes: Outcome[] = [];
  for (const work of works) {
    outcomes.push(await runInSavepoint(connection, () => work(tx)));
    await othersTurn();
  }
  return outcomes;
}

/** A work that throws is undone alone; the others of its batch go on. */
async function runInSavepoint(connection: Kysely<Database>, work: () => Promise<unknown>): Promise<Outcome> {
  await sql`savepoint work`.execute(connection);
  try {
    const value = await work();
    await sql`release work`.execute(connection);
    return { ok: true, value };
  } catch (error) {
    await undoWork(connection, error);
    return { ok: false, error: toStoreError(error) };
  }
}

/** What went wrong first says more than that its savepoint went with it: some errors end the whole transaction. */
async function undoWork(connection: Kysely<Database>, cause: unknown): Promise<void> {
  try {
    await sql`rollback to work`.execute(connection);
    await sql`release work`.execute(connection);
  } catch {
    throw cause;
  }
}
