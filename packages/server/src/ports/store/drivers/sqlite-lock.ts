import { dirname } from "node:path";
import { CcError } from "@cc-docker/protocol";
import SqliteDatabase from "better-sqlite3";
import { makeDirectory } from "../../../lib/make-directory.ts";

/**
 * Holds a lock file for the life of the process: the kernel lets go of it when the process dies, however it dies.
 * @returns a function that lets go
 * @throws CcError DATA_DIR_IN_USE, STORE_UNAVAILABLE
 */
export function lockFile(path: string): () => void {
  let database: SqliteDatabase.Database | undefined;
  try {
    makeDirectory(dirname(path));
    database = new SqliteDatabase(path, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    throw translate(error, path);
  }
  const held = database;
  return () => void held.close();
}

function translate(cause: unknown, path: string): CcError {
  if ((cause as { code?: string }).code?.startsWith("SQLITE_BUSY"))
    return new CcError("DATA_DIR_IN_USE", `${dirname(path)} is in use by another gateway.`, { cause });
  return new CcError("STORE_UNAVAILABLE", `The lock ${path} cannot be taken: ${(cause as Error).message}`, { cause });
}
