/** How a session's rows go: what may be long in pieces, beginning with the oldest, and its own row last. */
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { StoreWriter } from "../store.ts";
import { countWithin } from "./count-within.ts";
import type { Database } from "./tables.ts";

type RemovalQueries = Pick<StoreWriter, "trimSession" | "deleteSession">;
type Size = { place: number; bytes: number };
type Part = {
  table: "events" | "transcript_entries" | "approvals" | "turns";
  place: string;
  bytes: RawBuilder<number>;
};

/** `place`: the column that rows of a session are told apart by. `bytes`: all of a row that may be long. */
const PARTS: readonly Part[] = [
  { table: "events", place: "seq", bytes: sql`octet_length(json)` },
  { table: "transcript_entries", place: "position", bytes: sql`octet_length(json)` },
  { table: "approvals", place: "position", bytes: sql`octet_length(input) + coalesce(octet_length(answer), 0)` },
  { table: "turns", place: "position", bytes: sql`octet_length(prompt) + coalesce(octet_length(result), 0)` },
];

export function createRemovalQueries(db: Kysely<Database>): RemovalQueries {
  async function sizesOf(sessionId: string, { table, place, bytes }: Part, limit: number): Promise<Size[]> {
    const sizes = sql<Size>`select ${sql.ref(place)} as place, ${bytes} as bytes from ${sql.table(table)}
      where session_id = ${sessionId} order by ${sql.ref(place)} limit ${limit}`;
    return (await sizes.execute(db)).rows;
  }

  async function removeUpTo(sessionId: string, { table, place }: Part, last: number): Promise<void> {
    await sql`delete from ${sql.table(table)} where session_id = ${sessionId} and ${sql.ref(place)} <= ${last}`.execute(
      db,
    );
  }

  return {
    async trimSession(id, { limit, maxBytes }) {
      let [rowsLeft, bytesLeft] = [limit, maxBytes];
      for (const part of PARTS) {
        const sizes = await sizesOf(id, part, rowsLeft);
        const taken = sizes.slice(0, countWithin(sizes, bytesLeft));
        const last = taken.at(-1);
        if (last) await removeUpTo(id, part, last.place);
        rowsLeft -= taken.length;
        if (taken.length < sizes.length || rowsLeft === 0) return true;
        bytesLeft -= taken.reduce((sum, { bytes }) => sum + bytes, 0);
      }
      return false;
    },
    async deleteSession(id) {
      for (const { table } of PARTS) await db.deleteFrom(table).where("session_id", "=", id).execute();
      await db.deleteFrom("sessions").where("id", "=", id).execute();
    },
  };
}
