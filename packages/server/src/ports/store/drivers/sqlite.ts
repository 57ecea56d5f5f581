import { mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { CcError } from "@cc-docker/protocol";
import SqliteDatabase from "better-sqlite3";
import { Kysely, SqliteDialect, type SqliteDatabase as SqliteQueryable } from "kysely";
import { failpoint } from "../../../lib/failpoint.ts";
import { createAuditQueries } from "../kysely/audit-queries.ts";
import { createKyselyStore } from "../kysely/kysely-store.ts";
import { migrate } from "../kysely/migrate.ts";
import type { Database } from "../kysely/tables.ts";
import type { Store, StoreReader } from "../store.ts";

const PRAGMAS = [
  "journal_mode = WAL",
  "synchronous = NORMAL",
  "foreign_keys = ON",
  /** 32 MB, when there is so much: the pages of some thousand sessions at work. */
  "cache_size = -32000",
  /** 16 MB of the log go into the database at once: that waits for the disk on the event loop, and is rarer so. */
  "wal_autocheckpoint = 4000",
];
/** What is read seldom is read without a call of the system for every 4 KB. */
const READER_PRAGMAS = [...PRAGMAS, `mmap_size = ${1024 ** 3}`];
/** Inserts of different lengths are different queries; beyond so many they are compiled each time. */
const MAX_STATEMENTS = 500;

/** `openSync`: of the log of commits, in place of the disk; for a simulation, whose time is not the disk's. */
export type SqliteStoreOptions = { path: string; openSync?: (path: string) => WalSync };

type WalSync = { sync: () => Promise<void>; endSync: () => Promise<void> };

/**
 * Opens the embedded store: one file, WAL, every commit on disk before it is answered. SQLite's own synchronous FULL
 * would wait for the disk on the event loop; here the same file is synced after each commit, beside the loop.
 * It is not shared: who opens it holds the lock of its directory.
 * @throws CcError STORE_UNAVAILABLE, STORE_SCHEMA_TOO_NEW
 */
export async function openSqliteStore({ path, openSync = createWalSync }: SqliteStoreOptions): Promise<Store> {
  const writer = openDatabase(path);
  try {
    await migrate(writer);
    failpoint("start.migrated");
    return createKyselyStore({
      isShared: false,
      writer,
      reader: openDatabase(path, READER_PRAGMAS),
      ...openSync(path),
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

function openDatabase(path: string, pragmas = PRAGMAS): Kysely<Database> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new SqliteDatabase(path, { timeout: 5000 });
    for (const pragma of pragmas) database.pragma(pragma);
    return new Kysely<Database>({ dialect: new SqliteDialect({ database: withPreparedStatements(database) }) });
  } catch (error) {
    throw new CcError("STORE_UNAVAILABLE", `The database ${path} cannot be opened: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Queries are few and come again and again: each is compiled once. */
function withPreparedStatements(database: SqliteDatabase.Database): SqliteQueryable {
  const statements = new Map<string, SqliteDatabase.Statement>();
  return {
    close: () => void database.close(),
    prepare: (sql) => {
      const known = statements.get(sql) ?? database.prepare(sql);
      if (statements.size < MAX_STATEMENTS) statements.set(sql, known);
      return known;
    },
  };
}

/** The file is there after the first commit and stays the same one until the last connection closes. */
function createWalSync(path: string): WalSync {
  let wal: FileHandle | undefined;
  return {
    sync: async () => {
      wal ??= await open(`${path}-wal`, "r+");
      await wal.datasync();
    },
    endSync: async () => wal?.close(),
  };
}
