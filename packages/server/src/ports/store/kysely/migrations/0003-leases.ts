import type { Kysely } from "kysely";

/** Which gateway looks after a session, and which gateways live. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("sessions").addColumn("lease_holder", "text").execute();
  await db.schema
    .alterTable("sessions")
    .addColumn("lease_fence", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable("gateways")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("beat", "integer", (column) => column.notNull())
    .execute();
}
