import type { Kysely } from "kysely";

/** The agent's questions, and how many of them a session's agent waits for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("sessions")
    .addColumn("open_approvals", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable("approvals")
    .addColumn("position", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("session_id", "text", (column) => column.notNull().references("sessions.id").onDelete("cascade"))
    .addColumn("turn_id", "text", (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("used", "integer", (column) => column.notNull())
    .addColumn("tool_name", "text", (column) => column.notNull())
    .addColumn("input", "text", (column) => column.notNull())
    .addColumn("title", "text")
    .addColumn("description", "text")
    .addColumn("answer", "text")
    .addColumn("answered_by", "text")
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("closed_at", "text")
    .execute();
  await db.schema.createIndex("approvals_by_state").on("approvals").columns(["state", "position"]).execute();
  await db.schema.createIndex("approvals_by_session").on("approvals").columns(["session_id", "position"]).execute();
  await db.schema.createIndex("approvals_by_turn").on("approvals").columns(["turn_id", "position"]).execute();
}
