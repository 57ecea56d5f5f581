import type { SessionId } from "@cc-docker/protocol";
import { CompiledQuery, type Kysely, sql } from "kysely";
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
      const count = await countPage(db, sessionId, page);
      return count === 0 ? [] : after(db, sessionId, page).select(["seq", "json"]).limit(count).execute();
    },
    async readEventText(sessionId, page, { before, between, behind }) {
      const count = await countPage(db, sessionId, page);
      if (count === 0) return undefined;
      const rows = after(db, sessionId, page).select(["seq", "json"]).limit(count);
      const text = sql<string>`group_concat(${before} || json || ${between} || seq || ${behind}, '')`;
      const { first, last, bytes } = await db
        .selectFrom(rows.as("page"))
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

function after(db: Kysely<Database>, sessionId: SessionId, { after: seq }: Page) {
  return db.selectFrom("events").where("session_id", "=", sessionId).where("seq", ">", seq).orderBy("seq");
}

const size = sql<number>`octet_length(json)`;

/** Sizes come without the texts: a page of huge events is never loaded. One by one only where not all fit. */
async function countPage(db: Kysely<Database>, sessionId: SessionId, page: Page): Promise<number> {
  const rows = after(db, sessionId, page).select(size.as("bytes")).limit(page.limit);
  const all = await db
    .selectFrom(rows.as("page"))
    .select(({ fn }) => [fn.countAll<number>().as("count"), fn.sum<number | null>("bytes").as("bytes")])
    .executeTakeFirstOrThrow();
  if ((all.bytes ?? 0) <= page.maxBytes) return all.count;
  const sizes = await after(db, sessionId, page).select(size.as("bytes")).limit(page.limit).execute();
  return countWithin(sizes, page.maxBytes);
}

function insertOf(db: Kysely<Database>, size: number): string {
  const row = { session_id: "", seq: 0, json: "" };
  const rows = () => Array.from({ length: size }, () => row);
  return compileOnce(db, `insert ${size} events`, () => db.insertInto("events").values(rows()));
}
