import { type Kysely, sql } from "kysely";

/** Where a forked session comes from, and whose files it still lacks. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of ["forked_from_session", "forked_from_turn", "files_from"])
    await db.schema.alterTable("sessions").addColumn(column, "text").execute();
  await sql`create index sessions_by_files_from on sessions (files_from) where files_from is not null`.execute(db);
}
