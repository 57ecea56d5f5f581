import type { Kysely } from "kysely";

/** A list of one status reads as many rows as it shows, however many sessions its owner has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex("sessions_by_owner_and_status")
    .on("sessions")
    .columns(["owner", "deleted", "status", "position"])
    .execute();
}
