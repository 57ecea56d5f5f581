import { CcError } from "@cc-docker/protocol";
import { type Kysely, sql } from "kysely";
import { failpoint } from "../../../lib/failpoint.ts";
import type { Store, StoreReader, StoreWriter } from "../store.ts";
import { createApprovalQueries } from "./approval-queries.ts";
import { createAuditQueries } from "./audit-queries.ts";
import { toStoreError } from "./database-errors.ts";
import { createEventQueries } from "./event-queries.ts";
import { createGatewayQueries } from "./gateway-queries.ts";
import { createQuotaQueries } from "./quota-queries.ts";
import { createRemovalQueries } from "./removal-queries.ts";
import { runBatch } from "./run-batch.ts";
import { createSessionCache } from "./session-cache.ts";
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
  /** Lets go of what `beforeCommit` and `sync` hold. */
  endSync: () => Promise<void>;
};

/** The Store on Kysely, for every database Kysely speaks to. The schema must be up to date. */
export function createKyselyStore({ isShared, writer, reader, beforeCommit, sync, endSync }: KyselyStoreDeps): Store {
  /** Of the newest batch, from before its commit. */
  let settled: Promise<void> = Promise.resolve();
  let broken: CcError | undefined;
  const sessions = createSessionCache();
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
    const outcomes = await runBatch(writer, (db) => sessions.watch(createQueries(db)), works).finally(sessions.settle);
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
      throw toStoreError(error);
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

  const queries = createQueries(reader);
  const findSession = isShared ? queries.findSession : sessions.remember(queries.findSession);
  return {
    ...onlyDurable({ ...queries, findSession }, () => settled, refuseIfBroken),
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
        throw toStoreError(error);
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
