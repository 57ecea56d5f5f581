import { randomUUID } from "node:crypto";
import { SessionId } from "@cc-docker/protocol";
import { expect, it } from "vitest";
import type { SessionRow, StoreWriter } from "../store.ts";
import { createSessionCache, type SessionCache } from "./session-cache.ts";

const id = SessionId.parse(randomUUID());

function rowWith(fields: Partial<SessionRow>): SessionRow {
  return { id, lastSeq: 1, config: {}, ...fields } as SessionRow;
}

/** A database of one row, which counts how often it is asked. */
function openCache(row: SessionRow = rowWith({})) {
  const cache = createSessionCache();
  const database = { row, reads: 0 };
  const find = cache.remember(async () => {
    database.reads += 1;
    return database.row;
  });
  const tx = cache.watch({
    updateSession: async (_id, patch) => {
      database.row = rowWith({ ...database.row, ...patch });
    },
  } as StoreWriter);
  return { cache, database, find, tx };
}

/** A read that sees the row at once, and brings it when it is told to. */
function rememberSlowly(cache: SessionCache, database: { row: SessionRow }) {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const findSlowly = cache.remember(async () => {
    const seen = database.row;
    await arrived;
    return seen;
  });
  return { findSlowly, arrive: () => resolve() };
}

it("reads a row once", async () => {
  const { database, find } = openCache();
  expect(await find(id)).toBe(await find(id));
  expect(database.reads).toBe(1);
});

it("reads it again when a transaction has written it", async () => {
  const { cache, database, find, tx } = openCache();
  await find(id);
  await tx.updateSession(id, { lastSeq: 2 });
  cache.settle();
  expect(await find(id)).toMatchObject({ lastSeq: 2 });
  expect(database.reads).toBe(2);
});

it("keeps nothing of a row while a transaction that has written it goes on", async () => {
  const { cache, database, find, tx } = openCache();
  await tx.updateSession(id, { lastSeq: 2 });
  const before = rowWith({ lastSeq: 1 });
  const after = database.row;
  database.row = before; // what others see until the commit
  expect(await find(id)).toMatchObject({ lastSeq: 1 });
  database.row = after;
  cache.settle();
  expect(await find(id)).toMatchObject({ lastSeq: 2 });
});

it("keeps nothing that was read before a transaction wrote, and came after it had ended", async () => {
  const { cache, database, tx } = openCache();
  const { findSlowly, arrive } = rememberSlowly(cache, database);
  const early = findSlowly(id);
  await tx.updateSession(id, { lastSeq: 2 });
  cache.settle();
  arrive();
  expect(await early).toMatchObject({ lastSeq: 1 });
  expect(await findSlowly(id)).toMatchObject({ lastSeq: 2 });
});

it("keeps nothing that was read during a transaction and came after it had ended", async () => {
  const { cache, database, tx } = openCache();
  const { findSlowly, arrive } = rememberSlowly(cache, database);
  const before = database.row;
  await tx.updateSession(id, { lastSeq: 2 });
  const after = database.row;
  database.row = before; // what others see until the commit
  const early = findSlowly(id);
  database.row = after;
  cache.settle();
  arrive();
  expect(await early).toMatchObject({ lastSeq: 1 });
  expect(await findSlowly(id)).toMatchObject({ lastSeq: 2 });
});

it("does not let who got a row change it for others", async () => {
  const { find } = openCache(rowWith({ config: { allowedTools: ["Read"] } }));
  const row = await find(id);
  expect(() => row?.config.allowedTools?.push("Bash")).toThrow(TypeError);
});

it("keeps no row whose configuration is long, and not more than so many", async () => {
  const long = openCache(rowWith({ config: { systemPrompt: "x".repeat(20_000) } }));
  await long.find(id);
  await long.find(id);
  expect(long.database.reads).toBe(2);

  const cache = createSessionCache();
  let reads = 0;
  const find = cache.remember(async (asked) => {
    reads += 1;
    return rowWith({ id: asked });
  });
  const ids = Array.from({ length: 1000 }, () => SessionId.parse(randomUUID()));
  for (const one of ids) await find(one);
  await find(ids[0] as SessionId);
  expect(reads).toBe(1001);
});
