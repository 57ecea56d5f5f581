import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { CcError } from "@cc-docker/protocol";
import SqliteDatabase from "better-sqlite3";

/**
 * Holds a lock file for the life of the process: the kernel lets go of it when the process dies, however it dies.
 * @returns a function that lets go
 * @throws CcError DATA_DIR_IN_USE
 */
export function lockFile(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new SqliteDatabase(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw new CcError("DATA_DIR_IN_USE", `${dirname(path)} is in use by another gateway.`, { cause: error });
  }
  return () => void database.close();
}
