import { type Kysely, sql } from "kysely";
import type { StoreWriter } from "../store.ts";
import { countWithin } from "./count-within.ts";
import type { Database } from "./tables.ts";

type TranscriptQueries = Pick<
  StoreWriter,
  "insertTranscript" | "readTranscript" | "findTranscriptTail" | "findLastTranscriptLine" | "findTranscriptEnd"
>;

/** Rows that one page looks at; their bytes decide how many it takes. */
const MAX_ROWS_PER_PAGE = 1000;
/** A long transcript comes so many at a time; a few lines come singly, so that there are two statements, not many. */
const ROWS_PER_INSERT = 100;
const MAIN = "";

export function createTranscriptQueries(db: Kysely<Database>): TranscriptQueries {
  const entriesOf = (sessionId: string) => db.selectFrom("transcript_entries").where("session_id", "=", sessionId);
  return {
    async insertTranscript(sessionId, rows) {
      const values = rows.map(({ subpath = MAIN, uuid = null, type, json }) => {
        return { session_id: sessionId, subpath, uuid, type, json };
      });
      const insert = (some: typeof values) =>
        db
          .insertInto("transcript_entries")
          .values(some)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      const whole = values.length - (values.length % ROWS_PER_INSERT);
      for (let start = 0; start < whole; start += ROWS_PER_INSERT)
        await insert(values.slice(start, start + ROWS_PER_INSERT));
      for (const one of values.slice(whole)) await insert([one]);
    },
    async readTranscript(sessionId, { after, before = Number.MAX_SAFE_INTEGER, maxBytes }) {
      const wanted = entriesOf(sessionId).where("position", ">", after).where("position", "<", before);
      const page = wanted.orderBy("position").limit(MAX_ROWS_PER_PAGE);
      const sizes = await page.select(["position", sql<number>`octet_length(json)`.as("bytes")]).execute();
      const count = countWithin(sizes, maxBytes);
      const rows = count === 0 ? [] : await page.selectAll().limit(count).execute();
      return rows.map(({ position, subpath, uuid, type, json }) => {
        const place = { ...(subpath !== MAIN && { subpath }), ...(uuid !== null && { uuid }) };
        return { position, type, json, ...place };
      });
    },
    async findTranscriptTail(sessionId, uuid) {
      const main = entriesOf(sessionId).where("subpath", "=", MAIN);
      const prompt = await main.select("position").where("uuid", "=", uuid).executeTakeFirst();
      if (!prompt) return undefined;
      const messages = main.select("json").where("type", "in", ["user", "assistant"]);
      const last = await messages.orderBy("position", "desc").limit(1).executeTakeFirstOrThrow();
      return last.json;
    },
    async findTranscriptEnd(sessionId, turnId) {
      let turns = db.selectFrom("turns").select("id").where("session_id", "=", sessionId);
      const own = db
        .selectFrom("turns")
        .select("position")
        .where("id", "=", turnId ?? "");
      if (turnId !== undefined) turns = turns.where("position", ">", own);
      const prompts = entriesOf(sessionId).where("subpath", "=", MAIN).where("uuid", "in", turns);
      // the sign keeps SQLite from reading all lines in their order, where it may ask for the few prompts
      const next = await prompts.select(sql<number | null>`min(+position)`.as("position")).executeTakeFirst();
      if (next && next.position !== null) return next.position;
      const last = entriesOf(sessionId).select("position").orderBy("position", "desc").limit(1);
      return ((await last.executeTakeFirst())?.position ?? 0) + 1;
    },
    async findLastTranscriptLine(sessionId) {
      const lines = entriesOf(sessionId).where("subpath", "=", MAIN).where("uuid", "is not", null);
      return (await lines.select("json").orderBy("position", "desc").limit(1).executeTakeFirst())?.json;
    },
  };
}
