import type { Kysely } from "kysely";

/** What a session's agent need not ask about any more, and what it suggested of that kind when it asked. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("sessions").addColumn("allowed_rules", "text").execute();
  await db.schema.alterTable("approvals").addColumn("suggested_rules", "text").execute();
}
