import type { Kysely } from "kysely";

/** What each owner's turns have used on each day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("day_usage")
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("cost_usd", "real", (column) => column.notNull())
    .addColumn("tokens", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("day_usage_by_day", ["owner", "day"])
    .execute();
}
