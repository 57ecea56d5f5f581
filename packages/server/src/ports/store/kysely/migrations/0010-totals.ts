import type { Kysely } from "kysely";

/** What a session's turns have used together, as JSON. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("sessions").addColumn("totals", "text").execute();
}
