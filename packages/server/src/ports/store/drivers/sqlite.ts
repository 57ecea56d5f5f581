import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { CcError } from "@cc-docker/protocol";
import SqliteDatabase from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { failpoint } from "../../../lib/failpoint.ts";
import { makeDirectory } from "../../../lib/make-directory.ts";
import { createAuditQueries } from "../kysely/audit-queries.ts";
import { createKyselyStore, type KyselyStoreDeps } from "../kysely/kysely-store.ts";
import { migrate } from "../kysely/migrate.ts";
import type { Database } from "../kysely/tables.ts";
import type { Store, StoreReader } from "../store.ts";
import { createCheckpointer, createCheckpoints } from "./sqlite-checkpoints.ts";
import { createSqliteDialect } from "./sqlite-dialect.ts";

const PRAGMAS = [
  "journal_mode = WAL",
  "synchronous = NORMAL",
  "foreign_keys = ON",
  /** 32 MB, when there is so much: the pages of some thousand sessions at work. */
  "cache_size = -32000",
  /** The log of commits goes into the database beside the event loop; here only where that fails, at 128 MB. */
  "wal_autocheckpoint = 32000",
];
/** What is read seldom is read without a call of the system for every 4 KB. */
const READER_PRAGMAS = [...PRAGMAS, `mmap_size = ${1024 ** 3}`];

/** `openLog`: of commits, in place of the disk; for a simulation, whose time is not the disk's. */
export type SqliteStoreOptions = { path: string; openLog?: OpenLog };

type CommitLog = Pick<KyselyStoreDeps, "beforeCommit" | "sync" | "endSync">;
/** `countPages`: of the log. */
type OpenLog = (path: string, countPages: () => number) => CommitLog;

/**
 * Opens the embedded store: one file, WAL, every commit on disk before it is answered. SQLite's own synchronous FULL
 * would wait for the disk on the event loop; here the same file is synced after each commit, beside the loop, and its
 * checkpoints are made there.
 * It is not shared: who opens it holds the lock of its directory.
 * @throws CcError STORE_UNAVAILABLE, STORE_SCHEMA_TOO_NEW
 */
export async function openSqliteStore({ path, openLog = openCommitLog }: SqliteStoreOptions): Promise<Store> {
  const database = openDatabase(path);
  const writer = toKysely(database);
  try {
    await migrate(writer);
    failpoint("start.migrated");
    database.pragma("busy_timeout = 0"); // the store waits for its turn beside the event loop
    return createKyselyStore({
      isShared: false,
      writer,
      reader: toKysely(openDatabase(path, READER_PRAGMAS)),
      ...openLog(path, createPageCounter(database)),
    });
  } catch (error) {
    await writer.destroy();
    throw error;
  }
}

/** The audit log of a store that a gateway may have open: it is looked at, and neither locked nor changed. */
export type AuditFile = AsyncDisposable & Pick<StoreReader, "readAudit" | "findAuditHead">;

/** @throws CcError STORE_UNAVAILABLE, also where there is no audit log yet */
export async function openAuditFile(path: string): Promise<AuditFile> {
  const database = openReadOnly(path);
  const { readAudit, findAuditHead } = createAuditQueries(
    new Kysely<Database>({ dialect: new SqliteDialect({ database }) }),
  );
  await findAuditHead().catch((cause: unknown) => {
    database.close();
    throw new CcError("STORE_UNAVAILABLE", `${path} holds no audit log: ${(cause as Error).message}.`, { cause });
  });
  return { readAudit, findAuditHead, [Symbol.asyncDispose]: async () => void database.close() };
}

function openReadOnly(path: string): SqliteDatabase.Database {
  try {
    return new SqliteDatabase(path, { readonly: true, timeout: 5000 });
  } catch (cause) {
    throw new CcError("STORE_UNAVAILABLE", `The database ${path} cannot be read: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

function openDatabase(path: string, pragmas = PRAGMAS): SqliteDatabase.Database {
  try {
    makeDirectory(dirname(path));
    const database = new SqliteDatabase(path, { timeout: 5000 });
    for (const pragma of pragmas) database.pragma(pragma);
    return database;
  } catch (error) {
    throw new CcError("STORE_UNAVAILABLE", `The database ${path} cannot be opened: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function toKysely(database: SqliteDatabase.Database): Kysely<Database> {
  return new Kysely<Database>({ dialect: createSqliteDialect(database) });
}

/** Pages in the log of commits; asking copies nothing. 0 where it cannot be told: what is wrong the commit will say. */
function createPageCounter(database: SqliteDatabase.Database): () => number {
  const statement = database.prepare<[], { log: number }>("pragma wal_checkpoint(NOOP)");
  return () => {
    try {
      return statement.get()?.log ?? 0;
    } catch {
      return 0;
    }
  };
}

/** The file is there after the first commit and stays the same one until the last connection closes. */
function openCommitLog(path: string, countPages: () => number): CommitLog {
  const checkpoints = createCheckpoints(countPages, createCheckpointer(path));
  let log: FileHandle | undefined;
  return {
    beforeCommit: checkpoints.beforeCommit,
    sync: async () => {
      log ??= await open(`${path}-wal`, "r+");
      await log.datasync();
    },
    endSync: async () => {
      await checkpoints.close();
      await log?.close();
    },
  };
}
