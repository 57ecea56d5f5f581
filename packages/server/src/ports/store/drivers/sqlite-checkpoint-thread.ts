/** A thread that copies the log of commits of one database into it, each time it is told to. */
import { parentPort, workerData } from "node:worker_threads";
import SqliteDatabase from "better-sqlite3";

const database = new SqliteDatabase(workerData as string, { fileMustExist: true });
database.pragma("synchronous = NORMAL");

parentPort?.on("message", () => {
  database.pragma("wal_checkpoint(PASSIVE)");
  parentPort?.postMessage("done");
});
