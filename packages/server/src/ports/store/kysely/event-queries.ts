import { CompiledQuery, type Kysely, sql } from "kysely";
import type { StoreWriter } from "../store.ts";
import { countWithin } from "./count-within.ts";
import type { Database } from "./tables.ts";

type EventQueries = Pick<StoreWriter, "readEvents" | "insertEvents">;

/** Rows a statement. A few sizes serve every batch with statements that are built and compiled once. */
const INSERT_SIZES = [64, 8, 1] as const;

export function createEventQueries(db: Kysely<Database>): EventQueries {
  return {
    async readEvents(sessionId, { after, limit, maxBytes }) {
      const page = db.selectFrom("events").where("session_id", "=", sessionId).where("seq", ">", after).orderBy("seq");
      const sizes = await page
        .select(["seq", sql<number>`octet_length(json)`.as("bytes")])
        .limit(limit)
        .execute();
      const count = countWithin(sizes, maxBytes); // sizes come without the texts: a page of huge events is never loaded
      return count === 0 ? [] : page.select(["seq", "json"]).limit(count).execute();
    },
    async insertEvents(sessionId, events) {
      let start = 0;
      for (const size of INSERT_SIZES) {
        for (; events.length - start >= size; start += size) {
          const rows = events.slice(start, start + size);
          const values = rows.flatMap(({ seq, json }) => [sessionId, seq, json]);
          await db.executeQuery(CompiledQuery.raw(insertOf(db, size), values));
        }
      }
    },
  };
}

const insertTexts = new WeakMap<object, Map<number, string>>();

/** The text of an insert of so many rows for this database, made once: making it takes longer than the insert. */
function insertOf(db: Kysely<Database>, size: number): string {
  const { adapter } = db.getExecutor();
  const texts = insertTexts.get(adapter) ?? new Map<number, string>();
  insertTexts.set(adapter, texts);
  const text = texts.get(size) ?? compileInsert(db, size);
  texts.set(size, text);
  return text;
}

function compileInsert(db: Kysely<Database>, size: number): string {
  const row = { session_id: "", seq: 0, json: "" };
  return db
    .insertInto("events")
    .values(Array.from({ length: size }, () => row))
    .compile().sql;
}
