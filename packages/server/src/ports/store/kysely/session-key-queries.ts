import type { SessionId } from "@cc-docker/protocol";
import type { Kysely } from "kysely";
import type { StoreWriter } from "../store.ts";
import type { Database } from "./tables.ts";

type SessionKeyQueries = Pick<StoreWriter, "findSessionKey" | "insertSessionKey">;

export function createSessionKeyQueries(db: Kysely<Database>): SessionKeyQueries {
  return {
    async findSessionKey(owner, key) {
      const keys = db.selectFrom("session_keys").selectAll().where("owner", "=", owner).where("key", "=", key);
      const row = await keys.executeTakeFirst();
      return row && { owner, key, sessionId: row.session_id as SessionId, request: row.request };
    },
    async insertSessionKey({ owner, key, sessionId, request }) {
      await db.insertInto("session_keys").values({ owner, key, session_id: sessionId, request }).execute();
    },
  };
}
