import { setImmediate as othersTurn, setTimeout as sleep } from "node:timers/promises";
import { CcError, isCcError } from "@cc-docker/protocol";
import { type Kysely, sql } from "kysely";
import { failpoint } from "../../../lib/failpoint.ts";
import type { Store, StoreReader, StoreWriter } from "../store.ts";
import { createApprovalQueries } from "./approval-queries.ts";
import { createAuditQueries } from "./audit-queries.ts";
import { createEventQueries } from "./event-queries.ts";
import { createGatewayQueries } from "./gateway-queries.ts";
import { createQuotaQueries } from "./quota-queries.ts";
import { createRemovalQueries } from "./removal-queries.ts";
import { createSessionKeyQueries } from "./session-key-queries.ts";
import { createSessionQueries } from "./session-queries.ts";
import type { Database } from "./tables.ts";
import { createTranscriptQueries } from "./transcript-queries.ts";
import { createTurnQueries } from "./turn-queries.ts";
import { createWriteQueue, type Outcome, type Work } from "./write-queue.ts";

export type KyselyStoreDeps = Pick<Store, "isShared"> & {
  /** Has one connection. */
  writer: Kysely<Database>;
  /** May see the last commit while a transaction is open. */
  reader: Kysely<Database>;
  /** Awaited before each commit: what the database has to do first. Never rejects. */
  beforeCommit: () => Promise<void> | undefined;
  /** Brings all commits so far to the disk. Nothing written is answered, and nothing new shown, before it resolves. */
  sync: () => Promise<void>;
  /** Lets go of what `sync` holds. */
  endSync: () => Promise<void>;
};

/** The Store on Kysely, for every database Kysely speaks to. The schema must be up to date. */
export function createKyselyStore({ isShared, writer, reader, beforeCommit, sync, endSync }: KyselyStoreDeps): Store {
  /** Of the newest batch, from before its commit. */
  let settled: Promise<void> = Promise.resolve();
  let broken: CcError | undefined;
  const queue = createWriteQueue<StoreWriter>(
    (works) => {
      const done = runDurably(works);
      settled = done.then(
        () => undefined,
        () => undefined,
      );
      return done;
    },
    () => new CcError("STORE_UNAVAILABLE", "The store is closed."),
  );
  let closing: Promise<void> | undefined;

  async function runDurably(works: readonly Work<StoreWriter>[]): Promise<Outcome[]> {
    refuseIfBroken();
    await beforeCommit();
    const outcomes = await runBatch(writer, works);
    failpoint("store.committed");
    await sync().catch(poison);
    failpoint("store.synced");
    return outcomes;
  }

  function refuseIfBroken(): void {
    if (broken) throw broken;
  }

  /** After a failed sync nobody knows what the disk holds: only opening the store anew can tell. */
  function poison(error: unknown): never {
    const message = `The disk did not keep what was written: ${(error as Error).message}.`;
    broken = new CcError("STORE_UNAVAILABLE", message, { cause: error });
    throw broken;
  }

  async function check(): Promise<void> {
    refuseIfBroken();
    await sql`select 1 from sessions limit 1`.execute(reader).catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  async function close(): Promise<void> {
    closing ??= queue.close().then(async () => {
      await endSync();
      await reader.destroy();
      await writer.destroy();
    });
    await closing;
  }

  return {
    ...onlyDurable(createQueries(reader), () => settled, refuseIfBroken),
    isShared,
    write: (work) => queue.write(work),
    check,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A reader must not act on what a power cut could still take back. */
function onlyDurable(queries: StoreReader, settled: () => Promise<void>, refuseIfBroken: () => void): StoreReader {
  const waits = <Args extends unknown[], Result>(query: (...args: Args) => Promise<Result>) => {
    return async (...args: Args): Promise<Result> => {
      const result = await query(...args).catch((error: unknown) => {
        throw unavailable(error);
      });
      await settled();
      refuseIfBroken();
      return result;
    };
  };
  return {
    findSession: waits(queries.findSession),
    listSessions: waits(queries.listSessions),
    countSessions: waits(queries.countSessions),
    countLiveSessions: waits(queries.countLiveSessions),
    countInstances: waits(queries.countInstances),
    countOpenTurns: waits(queries.countOpenTurns),
    findDayUsage: waits(queries.findDayUsage),
    listUnsettledSessions: waits(queries.listUnsettledSessions),
    isFilesSource: waits(queries.isFilesSource),
    findSessionKey: waits(queries.findSessionKey),
    findTurn: waits(queries.findTurn),
    findRunningTurn: waits(queries.findRunningTurn),
    findTurnByKey: waits(queries.findTurnByKey),
    findNextTurn: waits(queries.findNextTurn),
    findOpenTurn: waits(queries.findOpenTurn),
    findLastTurn: waits(queries.findLastTurn),
    listQueuedTurns: waits(queries.listQueuedTurns),
    findApproval: waits(queries.findApproval),
    listApprovals: waits(queries.listApprovals),
    listTurnApprovals: waits(queries.listTurnApprovals),
    readEvents: waits(queries.readEvents),
    readEventText: waits(queries.readEventText),
    readTranscript: waits(queries.readTranscript),
    findTranscriptTail: waits(queries.findTranscriptTail),
    findLastTranscriptLine: waits(queries.findLastTranscriptLine),
    listGateways: waits(queries.listGateways),
    listAudit: waits(queries.listAudit),
    findAuditWindowEnd: waits(queries.findAuditWindowEnd),
    readAudit: waits(queries.readAudit),
    findAuditHead: waits(queries.findAuditHead),
    findTranscriptEnd: waits(queries.findTranscriptEnd),
  };
}

function createQueries(db: Kysely<Database>): StoreWriter {
  return {
    ...createSessionQueries(db),
    ...createSessionKeyQueries(db),
    ...createTurnQueries(db),
    ...createApprovalQueries(db),
    ...createEventQueries(db),
    ...createTranscriptQueries(db),
    ...createGatewayQueries(db),
    ...createRemovalQueries(db),
    ...createQuotaQueries(db),
    ...createAuditQueries(db),
  };
}

function runBatch(db: Kysely<Database>, works: readonly Work<StoreWriter>[]): Promise<Outcome[]> {
  return db.connection().execute(async (connection) => {
    try {
      await begin(connection);
      const outcomes = await runWorks(connection, works);
      failpoint("store.written");
      await sql`commit`.execute(connection);
      return outcomes;
    } catch (error) {
      await sql`rollback`.execute(connection).catch(() => undefined); // the transaction may be gone with its cause
      throw unavailable(error);
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
 * A work alone needs no savepoint: when it throws, the whole transaction is undone. Of many, each may take milliseconds:
 * between two of them the event loop has its turn.
 */
async function runWorks(connection: Kysely<Database>, works: readonly Work<StoreWriter>[]): Promise<Outcome[]> {
  const tx = createQueries(connection);
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
    return { ok: false, error: unavailable(error) };
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

/** How often another handle's transaction is waited for, so long each time. */
const BUSY = { tries: 1000, retryMs: 5 };
/** A write, or the growth of the index of the log of commits, that the disk had no space for. */
const NO_SPACE: ReadonlySet<string> = new Set(["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"]);

function unavailable(cause: unknown): unknown {
  if (isCcError(cause)) return cause;
  const code = codeOf(cause);
  if (!code.startsWith("SQLITE_")) return cause;
  if (NO_SPACE.has(code))
    return new CcError("STORE_FULL", `The database has no space to write to (${code}).`, { cause });
  return new CcError("STORE_UNAVAILABLE", `The database refused: ${(cause as Error).message} (${code}).`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
