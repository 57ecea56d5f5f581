import { type Kysely, sql } from "kysely";

/**
 * Which part of its parent's transcript a fork is to get, and how far it has it. Forks that wait for files have their
 * transcript by now, up to the last of its lines that their parents have too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of ["transcript_after", "transcript_before"])
    await db.schema.alterTable("sessions").addColumn(column, "integer").execute();
  await sql`update sessions set transcript_after = (
    select max(theirs.position) from transcript_entries theirs
    join transcript_entries own on own.uuid = theirs.uuid and own.subpath = theirs.subpath
    where theirs.session_id = sessions.files_from and own.session_id = sessions.id
  ) where files_from is not null`.execute(db);
  await sql`update sessions set transcript_before = transcript_after + 1 where transcript_after is not null`.execute(
    db,
  );
}
