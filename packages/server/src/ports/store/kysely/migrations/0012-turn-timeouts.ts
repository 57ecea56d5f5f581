import type { Kysely } from "kysely";

/** What a turn may take, in seconds, where its caller said so; on the session's row it is the running turn's. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("turns").addColumn("timeout", "real").execute();
  await db.schema.alterTable("sessions").addColumn("turn_timeout", "real").execute();
}
