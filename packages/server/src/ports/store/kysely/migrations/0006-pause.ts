import type { Kysely } from "kysely";

/** What tells a session that was parked for idleness from one that a person has paused. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("sessions")
    .addColumn("parked", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
}
