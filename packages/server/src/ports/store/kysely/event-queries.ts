import { type Kysely, sql } from "kysely";
import type { StoreWriter } from "../store.ts";
import type { Database } from "./tables.ts";

type EventQueries = Pick<StoreWriter, "readEvents" | "insertEvents">;

/** Rows a statement: three columns each, below every database's limit of parameters. */
const ROWS_PER_INSERT = 1000;

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
      for (let start = 0; start < events.length; start += ROWS_PER_INSERT) {
        const rows = events
          .slice(start, start + ROWS_PER_INSERT)
          .map(({ seq, json }) => ({ session_id: sessionId, seq, json }));
        await db.insertInto("events").values(rows).execute();
      }
    },
  };
}

/** How many fit; the first always does, else a reader would never get past it. */
function countWithin(sizes: readonly { bytes: number }[], maxBytes: number): number {
  let total = 0;
  const end = sizes.findIndex(({ bytes }, index) => {
    total += bytes;
    return index > 0 && total > maxBytes;
  });
  return end === -1 ? sizes.length : end;
}
