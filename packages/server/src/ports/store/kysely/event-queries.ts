import type { Kysely } from "kysely";
import type { EventRow, StoreWriter } from "../store.ts";
import type { Database } from "./tables.ts";

type EventQueries = Pick<StoreWriter, "readEvents" | "insertEvents">;

/** Rows a statement: three columns each, below every database's limit of parameters. */
const ROWS_PER_INSERT = 1000;

export function createEventQueries(db: Kysely<Database>): EventQueries {
  return {
    async readEvents(sessionId, { after, limit, maxBytes }) {
      const rows = await db
        .selectFrom("events")
        .select(["seq", "json"])
        .where("session_id", "=", sessionId)
        .where("seq", ">", after)
        .orderBy("seq")
        .limit(limit)
        .execute();
      return withinBytes(rows, maxBytes);
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

/** The head of the page that fits; the first row always does, else a reader would never get past it. */
function withinBytes(rows: EventRow[], maxBytes: number): EventRow[] {
  let bytes = 0;
  const end = rows.findIndex(({ json }, index) => {
    bytes += json.length;
    return index > 0 && bytes > maxBytes;
  });
  return end === -1 ? rows : rows.slice(0, end);
}
