import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("sessions")
    .addColumn("position", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("config", "text", (column) => column.notNull())
    .addColumn("last_seq", "integer", (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("outbox_acked", "integer", (column) => column.notNull())
    .addColumn("running_turn", "text")
    .addColumn("turn_count", "integer", (column) => column.notNull())
    .addColumn("cost_usd", "real", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("updated_at", "text", (column) => column.notNull())
    .addColumn("error", "text")
    .addColumn("deleted", "integer", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("sessions_by_owner").on("sessions").columns(["owner", "position"]).execute();
  await db.schema.createIndex("sessions_by_status").on("sessions").columns(["deleted", "status"]).execute();

  await db.schema
    .createTable("turns")
    .addColumn("position", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("session_id", "text", (column) => column.notNull().references("sessions.id").onDelete("cascade"))
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("prompt", "text", (column) => column.notNull())
    .addColumn("idempotency_key", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("started_at", "text")
    .addColumn("ended_at", "text")
    .addColumn("result", "text")
    .addColumn("error", "text")
    .addUniqueConstraint("turns_by_key", ["session_id", "idempotency_key"])
    .execute();
  await db.schema.createIndex("turns_by_status").on("turns").columns(["session_id", "status", "position"]).execute();

  await db.schema
    .createTable("events")
    .addColumn("session_id", "text", (column) => column.notNull().references("sessions.id").onDelete("cascade"))
    .addColumn("seq", "integer", (column) => column.notNull())
    .addColumn("json", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("events_by_seq", ["session_id", "seq"])
    .execute();
}
