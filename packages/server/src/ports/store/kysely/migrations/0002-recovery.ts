import { type Kysely, sql } from "kysely";

/** What a session needs to go on after a rest or a crash. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("sessions").addColumn("agent_session_id", "text").execute();
  await db.schema
    .alterTable("sessions")
    .addColumn("agent_cost_usd", "real", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable("sessions")
    .addColumn("crashes", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable("turns").addColumn("interrupt", "text").execute();

  await db.schema
    .createTable("transcript_entries")
    .addColumn("position", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("session_id", "text", (column) => column.notNull().references("sessions.id").onDelete("cascade"))
    .addColumn("subpath", "text", (column) => column.notNull())
    .addColumn("uuid", "text")
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("json", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("transcript_by_session")
    .on("transcript_entries")
    .columns(["session_id", "position"])
    .execute();
  await sql`create unique index transcript_by_uuid on transcript_entries (session_id, subpath, uuid) where uuid is not null`.execute(
    db,
  );
}
