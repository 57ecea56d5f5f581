import type { SessionId } from "@cc-docker/protocol";
import { CompiledQuery, type Kysely, type SelectQueryBuilder, sql } from "kysely";
import type { StoreWriter } from "../store.ts";
import { compileOnce } from "./compile-once.ts";
import { countWithin } from "./count-within.ts";
import type { Database } from "./tables.ts";

type EventQueries = Pick<StoreWriter, "readEvents" | "readEventText" | "insertEvents">;

/** Rows a statement. A few sizes serve every batch with statements that are built and compiled once. */
const INSERT_SIZES = [64, 8, 1] as const;

export function createEventQueries(db: Kysely<Database>): EventQueries {
  return {
    async readEvents(sessionId, page) {
      const rows = after(db, sessionId, page);
      const count = await countPage(db, rows.limit(page.limit), page);
      return count === 0 ? [] : rows.select(["seq", "json"]).limit(count).execute();
    },
    async readEventText(sessionId, page, { before, between, behind }) {
      const count = await countPage(db, within(db, sessionId, page), page);
      if (count === 0) return undefined;
      const text = sql<string>`group_concat(${before} || json || ${between} || seq || ${behind}, '')`;
      const { first, last, bytes } = await within(db, sessionId, { after: page.after, limit: count })
        .select(({ fn }) => [fn.min("seq").as("first"), fn.max("seq").as("last")])
        .select(sql<Buffer | null>`cast(${text} as blob)`.as("bytes"))
        .executeTakeFirstOrThrow();
      return bytes === null ? undefined : { first, last, bytes }; // removed since they were counted
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

type Page = { after: number; limit: number; maxBytes: number };
type Events = SelectQueryBuilder<Database, "events", object>;

function after(db: Kysely<Database>, sessionId: SessionId, { after: seq }: Pick<Page, "after">): Events {
  return db.selectFrom("events").where("session_id", "=", sessionId).where("seq", ">", seq).orderBy("seq");
}

/**
 * Those with the numbers of a page. SQLite gathers them where they lie, which is in their order both in the index and in
 * the table; for a limit, or an order that it is told to keep, it would copy each first.
 */
function within(db: Kysely<Database>, sessionId: SessionId, { after: seq, limit }: Omit<Page, "maxBytes">): Events {
  const numbered = db.selectFrom("events").where("session_id", "=", sessionId);
  return numbered.where("seq", ">", seq).where("seq", "<=", seq + limit);
}

/** Sizes come without the texts: a page of huge events is never loaded. One by one only where not all fit. */
async function countPage(db: Kysely<Database>, events: Events, { maxBytes }: Page): Promise<number> {
  const sizes = events.select(sql<number>`octet_length(json)`.as("bytes"));
  const all = await db
    .selectFrom(sizes.as("page"))
    .select(({ fn }) => [fn.countAll<number>().as("count"), fn.sum<number | null>("bytes").as("bytes")])
    .executeTakeFirstOrThrow();
  if ((all.bytes ?? 0) <= maxBytes) return all.count;
  return countWithin(await sizes.clearOrderBy().orderBy("seq").execute(), maxBytes);
}

function insertOf(db: Kysely<Database>, size: number): string {
  const row = { session_id: "", seq: 0, json: "" };
  const rows = () => Array.from({ length: size }, () => row);
  return compileOnce(db, `insert ${size} events`, () => db.insertInto("events").values(rows()));
}
