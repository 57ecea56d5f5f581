import type { SessionId } from "@cc-docker/protocol";
import type { Kysely, Selectable } from "kysely";
import type { AuditRow, ListAudit, StoreWriter } from "../store.ts";
import type { AuditTable, Database } from "./tables.ts";

type AuditQueries = Pick<
  StoreWriter,
  "listAudit" | "findAuditWindowEnd" | "readAudit" | "findAuditHead" | "insertAudit"
>;

export function createAuditQueries(db: Kysely<Database>): AuditQueries {
  function ofActor({ actor, before }: Pick<ListAudit, "actor" | "before">) {
    const rows = db.selectFrom("audit").selectAll().where("actor", "=", actor).orderBy("seq", "desc");
    return before === undefined ? rows : rows.where("seq", "<", before);
  }

  return {
    async listAudit({ limit, window, sessionId, action, since, ...whose }) {
      let query = db.selectFrom(ofActor(whose).limit(window).as("seen")).selectAll();
      if (sessionId !== undefined)
        query = query.where(({ or, eb }) => or([eb("session_id", "=", sessionId), eb("target_id", "=", sessionId)]));
      if (action !== undefined) query = query.where("action", "=", action);
      if (since !== undefined) query = query.where("at", ">=", since);
      return (await query.orderBy("seq", "desc").limit(limit).execute()).map(fromRow);
    },
    async findAuditWindowEnd({ window, ...whose }) {
      const row = await ofActor(whose)
        .limit(1)
        .offset(window - 1)
        .executeTakeFirst();
      return row && fromRow(row);
    },
    async readAudit({ after, limit }) {
      const rows = db.selectFrom("audit").selectAll().where("seq", ">", after).orderBy("seq").limit(limit);
      return (await rows.execute()).map(fromRow);
    },
    async findAuditHead() {
      return db.selectFrom("audit_head").select(["seq", "hash"]).executeTakeFirstOrThrow();
    },
    async insertAudit({ sessionId, targetId, requestId, remoteAddress, previousHash, ...row }) {
      const ids = { session_id: sessionId ?? null, target_id: targetId ?? null, request_id: requestId };
      const rest = { remote_address: remoteAddress ?? null, previous_hash: previousHash };
      await db
        .insertInto("audit")
        .values({ ...row, ...ids, ...rest })
        .execute();
    },
  };
}

function fromRow(row: Selectable<AuditTable>): AuditRow {
  const { session_id: sessionId, target_id: targetId, remote_address: remoteAddress } = row;
  const { seq, at, actor, action, outcome, omitted, hash } = row;
  return {
    seq,
    at,
    actor,
    action,
    outcome,
    ...(sessionId !== null && { sessionId: sessionId as SessionId }),
    ...(targetId !== null && { targetId }),
    requestId: row.request_id,
    ...(remoteAddress !== null && { remoteAddress }),
    omitted,
    previousHash: row.previous_hash,
    hash,
  };
}
