import type { Kysely } from "kysely";

/** What callers asked for sessions under. A key outlives its session, so there is no reference to one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("session_keys")
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("session_id", "text", (column) => column.notNull())
    .addColumn("request", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("session_keys_by_key", ["owner", "key"])
    .execute();
}
