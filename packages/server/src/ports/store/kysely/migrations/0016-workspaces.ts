import type { Kysely } from "kysely";

/**
 * What a session is called, and the directory of the host that it works in, with whose that was when it was made. The
 * sessions of one directory are found however many others there are.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const table = () => db.schema.alterTable("sessions");
  await table().addColumn("name", "text").execute();
  await table().addColumn("workspace_path", "text").execute();
  await table().addColumn("workspace_uid", "integer").execute();
  await table().addColumn("workspace_gid", "integer").execute();
  await db.schema
    .createIndex("sessions_by_owner_and_workspace")
    .on("sessions")
    .columns(["owner", "deleted", "workspace_path", "position"])
    .where("workspace_path", "is not", null)
    .execute();
}
