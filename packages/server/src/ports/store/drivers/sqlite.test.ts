import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, mkdir, open, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SessionId } from "@cc-docker/protocol";
import SqliteDatabase from "better-sqlite3";
import { afterAll, describe, expect, it, vi } from "vitest";
import { testStore } from "../store.conformance.ts";
import { openSqliteStore } from "./sqlite.ts";
import { lockFile } from "./sqlite-lock.ts";

const root = mkdtempSync(join(tmpdir(), "cc-docker-sqlite-"));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
const freshPath = () => join(root, `${(count += 1)}`, "test.db");

testStore({ name: "sqlite", open: (database) => openSqliteStore({ path: join(root, database, "test.db") }) });

const ID = SessionId.parse("00000000-0000-4000-8000-000000000001");
const ROW = {
  id: ID,
  owner: "ann",
  status: "idle",
  config: {},
  lastSeq: 1,
  generation: 1,
  outboxAcked: 0,
  agentCostUsd: 0,
  crashes: 0,
  openApprovals: 0,
  leaseFence: 0,
  turnCount: 0,
  costUsd: 0,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  deleted: false,
} as const;

describe("the SQLite store", () => {
  it("finds everything again when it is opened again", async () => {
    const path = freshPath();
    {
      await using store = await openSqliteStore({ path });
      await store.write(async (tx) => {
        await tx.insertSession(ROW);
        await tx.insertEvents(ID, [{ seq: 1, json: "{}" }]);
      });
    }
    await using again = await openSqliteStore({ path });
    expect(await again.findSession(ID)).toMatchObject(ROW);
    expect(await again.readEvents(ID, { after: 0, limit: 9, maxBytes: 9 })).toEqual([{ seq: 1, json: "{}" }]);
  });

  it("is no store that gateways share", async () => {
    await using store = await openSqliteStore({ path: freshPath() });
    expect(store.isShared).toBe(false);
  });

  it("syncs the log of commits to the disk before it answers a write", async () => {
    await using store = await openSqliteStore({ path: freshPath() });
    const calls: string[] = [];
    const datasync = vi.spyOn(await fileHandlePrototype(), "datasync").mockImplementation(async function (
      this: FileHandle,
    ) {
      calls.push("sync starts");
      datasync.mockRestore();
      await this.datasync();
      calls.push("sync ends");
    });
    await store.write((tx) => tx.insertSession(ROW)).then(() => calls.push("answered"));
    expect(calls).toEqual(["sync starts", "sync ends", "answered"]);
  });

  it("leaves the event loop to others between the works of one commit", async () => {
    await using store = await openSqliteStore({ path: freshPath() });
    const turns: number[] = [];
    let turn = 0;
    let next = setImmediate(function pass() {
      turn += 1;
      next = setImmediate(pass);
    });
    await Promise.all([1, 2, 3].map(() => store.write(async () => turns.push(turn))));
    clearImmediate(next);
    expect(new Set(turns).size).toBe(3);
  });

  it("waits for another handle's transaction beside the event loop", async () => {
    const path = freshPath();
    await using store = await openSqliteStore({ path });
    const other = new SqliteDatabase(path);
    other.exec("begin immediate");
    const writing = store.write((tx) => tx.insertSession(ROW));
    await new Promise(setImmediate); // it has tried
    other.exec("commit");
    other.close();
    await writing;
    expect(await store.findSession(ID)).toMatchObject(ROW);
  });

  it("keeps its log of commits short, however much is written without a pause", { timeout: 60_000 }, async () => {
    const path = freshPath();
    await using store = await openSqliteStore({ path });
    await store.write((tx) => tx.insertSession(ROW));
    const json = JSON.stringify("x".repeat(250_000));
    const write = (seq: number) => store.write((tx) => tx.insertEvents(ID, [{ seq, json }]));
    for (let seq = 0; seq < 600; seq += 4) await Promise.all([1, 2, 3, 4].map((n) => write(seq + n)));
    expect((await stat(`${path}-wal`)).size).toBeLessThan(75_000_000); // of 150 MB
    expect(await store.readEvents(ID, { after: 599, limit: 1, maxBytes: 1e6 })).toEqual([{ seq: 600, json }]);
  });

  it("shows a reader nothing that the disk does not hold yet", async () => {
    await using store = await openSqliteStore({ path: freshPath() });
    await store.write((tx) => tx.insertSession(ROW));
    const synced = Promise.withResolvers<void>();
    const datasync = vi.spyOn(await fileHandlePrototype(), "datasync").mockReturnValueOnce(synced.promise);
    const order: string[] = [];
    const writing = store.write((tx) => tx.updateSession(ID, { turnCount: 7 })).then(() => order.push("written"));
    await expect.poll(() => datasync.mock.calls.length, { interval: 1 }).toBe(1);
    const reading = store.findSession(ID).then((row) => order.push(`read ${row?.turnCount}`));
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    synced.resolve();
    await Promise.all([writing, reading]);
    datasync.mockRestore();
    expect(order).toContain("read 7");
  });

  it("refuses all further writes and reads once the disk has failed to keep a write", async () => {
    await using store = await openSqliteStore({ path: freshPath() });
    const datasync = vi.spyOn(await fileHandlePrototype(), "datasync").mockRejectedValueOnce(new Error("EIO"));
    await expect(store.write((tx) => tx.insertSession(ROW))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    datasync.mockRestore();
    await expect(store.write((tx) => tx.insertSession(ROW))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(store.check()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(store.findSession(ID)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("keeps a commit when the process is killed right after its answer", async () => {
    const path = freshPath();
    const writer = spawn(process.execPath, ["--input-type=module", "-e", WRITE_AND_DIE], {
      env: { ...process.env, STORE: join(import.meta.dirname, "sqlite.ts"), DATABASE: path, ROW: JSON.stringify(ROW) },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [, signal] = (await once(writer, "exit")) as [number | null, string | null];
    expect(signal).toBe("SIGKILL");
    await using store = await openSqliteStore({ path });
    expect(await store.findSession(ID)).toMatchObject(ROW);
  });

  it("refuses a database that a newer server has changed, and leaves it alone", async () => {
    const path = freshPath();
    await (await openSqliteStore({ path })).close();
    const database = new SqliteDatabase(path);
    database.exec("INSERT INTO kysely_migration VALUES ('0999-later', '2030-01-01T00:00:00.000Z')");
    database.close();
    await expect(openSqliteStore({ path })).rejects.toMatchObject({
      code: "STORE_SCHEMA_TOO_NEW",
      message: expect.stringContaining("0999-later"),
    });
  });

  it("is unavailable below a path that cannot hold it", async () => {
    const file = freshPath();
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, "a file, no directory");
    const refused = openSqliteStore({ path: join(file, "test.db") });
    await expect(refused).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", message: expect.stringContaining(file) });
  });

  it("is unavailable when the file is no database", async () => {
    const path = freshPath();
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, "this is not a database, and long enough to be looked at".repeat(50));
    await expect(openSqliteStore({ path })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("says in a check that its tables are gone", async () => {
    const path = freshPath();
    await using store = await openSqliteStore({ path });
    const vandal = new SqliteDatabase(path);
    vandal.exec("DROP TABLE events; DROP TABLE turns; DROP TABLE sessions");
    vandal.close();
    await expect(store.check()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(store.findSession(ID)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});

describe("the lock of a data directory", () => {
  it("refuses a second holder, also of another process, until the first lets go", async () => {
    const path = freshPath();
    const unlock = lockFile(path);
    expect(() => lockFile(path)).toThrow(expect.objectContaining({ code: "DATA_DIR_IN_USE" }));
    expect(await tryLockElsewhere(path)).toBe("DATA_DIR_IN_USE");
    unlock();
    expect(await tryLockElsewhere(path)).toBe("locked");
  });

  it("is free again when the process that held it was killed", async () => {
    const path = freshPath();
    const holder = runLocker(path, "process.stdin.resume()");
    await once(holder.stdout, "data");
    expect(() => lockFile(path)).toThrow(expect.objectContaining({ code: "DATA_DIR_IN_USE" }));
    holder.kill("SIGKILL");
    await once(holder, "exit");
    lockFile(path)();
  });

  it("says that the directory cannot be used when nobody holds it but the file is no lock", async () => {
    const path = freshPath();
    await mkdir(path, { recursive: true });
    expect(() => lockFile(path)).toThrow(expect.objectContaining({ code: "STORE_UNAVAILABLE" }));
  });
});

const WRITE_AND_DIE = `
  const { openSqliteStore } = await import(process.env.STORE);
  const store = await openSqliteStore({ path: process.env.DATABASE });
  await store.write((tx) => tx.insertSession(JSON.parse(process.env.ROW)));
  process.kill(process.pid, "SIGKILL");
`;

/**
 * Another process that takes the lock, says how it went, and then does `next`. It keeps a hand on it: what is collected
 * is let go of.
 */
function runLocker(path: string, next: string) {
  const script = `
    const { lockFile } = await import(process.env.LOCKER);
    try { globalThis.unlock = lockFile(process.env.LOCK); console.log("locked"); } catch (error) { console.log(error.code); }
    ${next};
  `;
  return spawn(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, LOCKER: join(import.meta.dirname, "sqlite-lock.ts"), LOCK: path },
    stdio: ["pipe", "pipe", "inherit"],
  });
}

async function tryLockElsewhere(path: string): Promise<string> {
  const locker = runLocker(path, "process.exit()");
  let said = "";
  locker.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await once(locker, "close");
  return said.trim();
}

/** The class of file handles is not exported; it is the same for all of them. */
async function fileHandlePrototype(): Promise<FileHandle> {
  await using handle = await open(import.meta.filename, "r");
  return Object.getPrototypeOf(handle) as FileHandle;
}
