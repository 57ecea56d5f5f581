import { type Kysely, sql } from "kysely";
import type { StoreWriter } from "../store.ts";
import { UNSETTLED } from "./session-queries.ts";
import type { Database } from "./tables.ts";

type QuotaQueries = Pick<
  StoreWriter,
  "countLiveSessions" | "countInstances" | "countOpenTurns" | "findDayUsage" | "addDayUsage"
>;

export function createQuotaQueries(db: Kysely<Database>): QuotaQueries {
  const live = (owner: string | undefined) => {
    const all = db.selectFrom("sessions").where("deleted", "=", 0).where("status", "in", UNSETTLED);
    return owner === undefined ? all : all.where("owner", "=", owner);
  };
  const count = sql<number>`count(*)`.as("count");
  return {
    async countLiveSessions(owner) {
      return (await live(owner).select(count).executeTakeFirstOrThrow()).count;
    },
    async countInstances() {
      const all = db.selectFrom("sessions").where("status", "in", UNSETTLED);
      return (await all.select(count).executeTakeFirstOrThrow()).count;
    },
    async countOpenTurns(owner) {
      const open = db.selectFrom("turns").where("status", "in", ["queued", "running"]);
      const theirs = open.where("session_id", "in", live(owner).select("id"));
      return (await theirs.select(count).executeTakeFirstOrThrow()).count;
    },
    async findDayUsage(owner, day) {
      const days = db.selectFrom("day_usage").selectAll().where("owner", "=", owner).where("day", "=", day);
      const row = await days.executeTakeFirst();
      return row && { owner, day, costUsd: row.cost_usd, tokens: row.tokens };
    },
    async addDayUsage({ owner, day, costUsd, tokens }) {
      await db
        .insertInto("day_usage")
        .values({ owner, day, cost_usd: costUsd, tokens })
        .onConflict((conflict) =>
          conflict.columns(["owner", "day"]).doUpdateSet(({ ref, eb }) => ({
            cost_usd: eb(ref("day_usage.cost_usd"), "+", costUsd),
            tokens: eb(ref("day_usage.tokens"), "+", tokens),
          })),
        )
        .execute();
    },
  };
}
