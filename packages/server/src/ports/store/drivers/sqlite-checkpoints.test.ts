import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { createCheckpointer, createCheckpoints } from "./sqlite-checkpoints.ts";

/** A log whose pages the test counts; its copies end when the test says so. */
function openLog() {
  const log = { pages: 0 };
  const copies: PromiseWithResolvers<void>[] = [];
  const run = () => {
    const copy = Promise.withResolvers<void>();
    copies.push(copy);
    return copy.promise;
  };
  const checkpoints = createCheckpoints(() => log.pages, { run, close: async () => undefined });
  const commit = (pages: number) => {
    log.pages = pages;
    return checkpoints.beforeCommit();
  };
  return { copies, commit, checkpoints };
}

describe("checkpoints", () => {
  it("come when the log is long, and let commits go on meanwhile", () => {
    const { copies, commit } = openLog();
    void commit(3999);
    expect(copies).toHaveLength(0);
    expect([commit(4000), commit(4100)]).toEqual([undefined, undefined]);
    expect(copies).toHaveLength(1);
  });

  it("have one commit wait at the end, while what came meanwhile is copied", async () => {
    const { copies, commit } = openLog();
    void commit(4000);
    copies[0]?.resolve();
    await new Promise(setImmediate);
    const waiting = commit(4200);
    expect(copies).toHaveLength(2);
    copies[1]?.resolve();
    await waiting;
    expect([commit(0), commit(3999)]).toEqual([undefined, undefined]);
    expect(copies).toHaveLength(2);
    void commit(4000);
    expect(copies).toHaveLength(3);
  });

  it("have commits wait when the log grows faster than it is copied", async () => {
    const { copies, commit } = openLog();
    void commit(4000);
    const waiting = commit(16_000);
    expect(waiting).toBeInstanceOf(Promise);
    copies[0]?.resolve();
    await waiting;
  });

  it("that fail are made again when as much has come again", async () => {
    const { copies, commit } = openLog();
    void commit(4000);
    copies[0]?.reject(new Error("the disk is full"));
    await new Promise(setImmediate);
    const waiting = commit(4000);
    copies[1]?.reject(new Error("the disk is full"));
    await waiting;
    void commit(7999);
    expect(copies).toHaveLength(2);
    void commit(8000);
    expect(copies).toHaveLength(3);
  });
});

describe("the thread of checkpoints", () => {
  it("empties the log of a database that another connection writes to", async () => {
    using directory = makeDirectory();
    const path = join(directory.path, "test.db");
    using database = openDatabase(path);
    database.exec("create table words (word text)");
    const checkpointer = createCheckpointer(path);
    await checkpointer.run();
    await checkpointer.close();
    expect(database.pragma("wal_checkpoint(NOOP)")).toEqual([{ busy: 0, log: 2, checkpointed: 2 }]);
    database.exec("insert into words values ('anew')");
    expect(database.pragma("wal_checkpoint(NOOP)")).toMatchObject([{ log: 1 }]);
  });

  it("is started again when it has ended", async () => {
    using directory = makeDirectory();
    const path = join(directory.path, "test.db");
    const checkpointer = createCheckpointer(path);
    await expect(checkpointer.run()).rejects.toThrow("unable to open database file");
    using database = openDatabase(path);
    database.exec("create table words (word text)");
    await checkpointer.run();
    await checkpointer.close();
  });
});

function openDatabase(path: string) {
  const database = new SqliteDatabase(path);
  database.pragma("journal_mode = WAL");
  return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
}

function makeDirectory() {
  const path = mkdtempSync(join(tmpdir(), "cc-docker-checkpoints-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
