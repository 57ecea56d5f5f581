import { type Kysely, sql } from "kysely";
import type { StoreWriter } from "../store.ts";
import type { Database } from "./tables.ts";

type TranscriptQueries = Pick<
  StoreWriter,
  "insertTranscript" | "readTranscript" | "findTranscriptTail" | "findLastTranscriptLine"
>;

/** Rows that one page looks at; their bytes decide how many it takes. */
const MAX_ROWS_PER_PAGE = 1000;
const MAIN = "";

export function createTranscriptQueries(db: Kysely<Database>): TranscriptQueries {
  const entriesOf = (sessionId: string) => db.selectFrom("transcript_entries").where("session_id", "=", sessionId);
  return {
    async insertTranscript(sessionId, rows) {
      for (const { subpath = MAIN, uuid, type, json } of rows) {
        await db
          .insertInto("transcript_entries")
          .values({ session_id: sessionId, subpath, uuid: uuid ?? null, type, json })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    },
    async readTranscript(sessionId, { after, maxBytes }) {
      const page = entriesOf(sessionId).where("position", ">", after).orderBy("position").limit(MAX_ROWS_PER_PAGE);
      const sizes = await page.select(["position", sql<number>`octet_length(json)`.as("bytes")]).execute();
      let bytes = 0;
      const fitting = sizes.filter(({ bytes: own }, index) => (bytes += own) <= maxBytes || index === 0);
      const rows = fitting.length === 0 ? [] : await page.selectAll().limit(fitting.length).execute();
      return rows.map(({ position, subpath, json }) => ({ position, json, ...(subpath !== MAIN && { subpath }) }));
    },
    async findTranscriptTail(sessionId, uuid) {
      const main = entriesOf(sessionId).where("subpath", "=", MAIN);
      const prompt = await main.select("position").where("uuid", "=", uuid).executeTakeFirst();
      if (!prompt) return undefined;
      const messages = main.select("json").where("type", "in", ["user", "assistant"]);
      const last = await messages.orderBy("position", "desc").limit(1).executeTakeFirstOrThrow();
      return last.json;
    },
    async findLastTranscriptLine(sessionId) {
      const lines = entriesOf(sessionId).where("subpath", "=", MAIN).where("uuid", "is not", null);
      return (await lines.select("json").orderBy("position", "desc").limit(1).executeTakeFirst())?.json;
    },
  };
}
