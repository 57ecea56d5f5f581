import { type Kysely, sql } from "kysely";

/** What the first row of the log goes on from. */
const BEGINNING = "0".repeat(64);

/** What was done in whose name. Of what is there nothing is changed or removed, and the head goes with the newest. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("audit")
    .addColumn("seq", "integer", (column) => column.primaryKey())
    .addColumn("at", "text", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("action", "text", (column) => column.notNull())
    .addColumn("outcome", "text", (column) => column.notNull())
    .addColumn("session_id", "text")
    .addColumn("target_id", "text")
    .addColumn("request_id", "text", (column) => column.notNull())
    .addColumn("remote_address", "text")
    .addColumn("omitted", "integer", (column) => column.notNull())
    .addColumn("previous_hash", "text", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("audit_by_actor").on("audit").columns(["actor", "seq"]).execute();
  await db.schema
    .createTable("audit_head")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("seq", "integer", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .execute();
  await sql`insert into audit_head (id, seq, hash) values (1, 0, ${sql.lit(BEGINNING)})`.execute(db);
  await sql`create trigger audit_moves_head after insert on audit
    begin update audit_head set seq = new.seq, hash = new.hash; end`.execute(db);
  for (const change of ["update", "delete"]) {
    await sql`create trigger ${sql.raw(`audit_refuses_${change}`)} before ${sql.raw(change)} on audit
      begin select raise(abort, 'the audit log is only added to'); end`.execute(db);
  }
}
