import SqliteDatabase from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { expect, it, vi } from "vitest";
import { createSqliteDialect } from "./sqlite-dialect.ts";

type Tables = { numbers: { n: number } };

/** How often a query with a limit is compiled in ten runs: the driver makes a function for its rows each time. */
async function countCompilations(open: (database: SqliteDatabase.Database) => Kysely<Tables>): Promise<number> {
  const database = new SqliteDatabase(":memory:");
  database.exec("create table numbers (n integer); insert into numbers values (1), (2), (3)");
  await using db = open(database);
  const compile = vi.fn<FunctionConstructor>(Function);
  vi.stubGlobal("Function", compile);
  try {
    for (let run = 0; run < 10; run += 1) {
      const limit = 1 + (run % 3);
      const rows = await db.selectFrom("numbers").select("n").orderBy("n").limit(limit).execute();
      expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }].slice(0, limit));
    }
  } finally {
    vi.unstubAllGlobals();
  }
  return compile.mock.calls.length;
}

it("a query with a limit is compiled once, however often it is asked with whatever limit", async () => {
  const plain = (database: SqliteDatabase.Database) => new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  expect(await countCompilations(plain)).toBe(10);
  const prepared = (database: SqliteDatabase.Database) =>
    new Kysely<Tables>({ dialect: createSqliteDialect(database) });
  expect(await countCompilations(prepared)).toBe(1);
});
