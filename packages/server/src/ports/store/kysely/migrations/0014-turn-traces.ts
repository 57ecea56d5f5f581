import type { Kysely } from "kysely";

/** Where a turn stands in the trace it is a part of. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("turns").addColumn("trace", "text").execute();
}
