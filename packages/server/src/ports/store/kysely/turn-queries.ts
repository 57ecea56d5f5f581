import type { ErrorShape, SessionId, TurnId, TurnResult, TurnStatus } from "@cc-docker/protocol";
import type { Kysely, Selectable, Updateable } from "kysely";
import type { InterruptReason, StoreWriter, TurnRow, TurnTrace } from "../store.ts";
import type { Database, TurnsTable } from "./tables.ts";

type TurnQueries = Pick<
  StoreWriter,
  | "findTurn"
  | "findRunningTurn"
  | "findTurnByKey"
  | "findNextTurn"
  | "findOpenTurn"
  | "findLastTurn"
  | "listQueuedTurns"
  | "insertTurn"
  | "updateTurn"
>;

export function createTurnQueries(db: Kysely<Database>): TurnQueries {
  const queued = (sessionId: SessionId) =>
    db.selectFrom("turns").where("session_id", "=", sessionId).where("status", "=", "queued").orderBy("position");
  const turns = () => db.selectFrom("turns").selectAll();
  const turnsOf = (sessionId: SessionId) => turns().where("session_id", "=", sessionId);
  const positionOf = (id: TurnId) => db.selectFrom("turns").select("position").where("id", "=", id);
  return {
    async findTurn(id) {
      const row = await turns().where("id", "=", id).executeTakeFirst();
      return row && fromRow(row);
    },
    async findRunningTurn(sessionId) {
      const working = db.selectFrom("sessions").where("id", "=", sessionId).where("status", "=", "running");
      const running = working.select("running_turn");
      const row = await turns().where("id", "=", running).executeTakeFirst();
      return row && fromRow(row);
    },
    async findTurnByKey(sessionId, idempotencyKey) {
      const row = await turns()
        .where("session_id", "=", sessionId)
        .where("idempotency_key", "=", idempotencyKey)
        .executeTakeFirst();
      return row && fromRow(row);
    },
    async findNextTurn(sessionId) {
      const row = await queued(sessionId).selectAll().limit(1).executeTakeFirst();
      return row && fromRow(row);
    },
    async findOpenTurn(sessionId, upTo) {
      let open = turnsOf(sessionId).where("status", "in", ["queued", "running"]);
      if (upTo !== undefined) open = open.where("position", "<=", positionOf(upTo));
      const row = await open.orderBy("position").limit(1).executeTakeFirst();
      return row && fromRow(row);
    },
    async findLastTurn(sessionId, before) {
      let earlier = turnsOf(sessionId);
      if (before !== undefined) earlier = earlier.where("position", "<", positionOf(before));
      const row = await earlier.orderBy("position", "desc").limit(1).executeTakeFirst();
      return row && fromRow(row);
    },
    async listQueuedTurns(sessionId) {
      return (await queued(sessionId).select("id").execute()).map(({ id }) => id as TurnId);
    },
    async insertTurn(row) {
      const { id, sessionId, prompt, idempotencyKey, timeout = null, trace } = row;
      const fixed = { id, session_id: sessionId, prompt, idempotency_key: idempotencyKey, timeout };
      const traced = { trace: trace ? JSON.stringify(trace) : null };
      await db
        .insertInto("turns")
        .values({ ...fixed, ...traced, ...toColumns(row) } as never)
        .execute();
    },
    async updateTurn(id, patch) {
      await db.updateTable("turns").set(toColumns(patch)).where("id", "=", id).execute();
    },
  };
}

function fromRow(row: Selectable<TurnsTable>): TurnRow {
  return {
    id: row.id as TurnId,
    sessionId: row.session_id as SessionId,
    status: row.status as TurnStatus,
    prompt: row.prompt,
    idempotencyKey: row.idempotency_key,
    ...(row.timeout !== null && { timeout: row.timeout }),
    createdAt: row.created_at,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.result !== null && { result: JSON.parse(row.result) as TurnResult }),
    ...(row.error !== null && { error: JSON.parse(row.error) as ErrorShape }),
    ...(row.interrupt !== null && { interrupt: row.interrupt as InterruptReason }),
    ...(row.trace !== null && { trace: JSON.parse(row.trace) as TurnTrace }),
  };
}

function toColumns(row: Partial<TurnRow>): Updateable<TurnsTable> {
  return {
    ...(row.status !== undefined && { status: row.status }),
    ...(row.createdAt !== undefined && { created_at: row.createdAt }),
    ...(row.startedAt !== undefined && { started_at: row.startedAt }),
    ...(row.endedAt !== undefined && { ended_at: row.endedAt }),
    ...(row.result !== undefined && { result: JSON.stringify(row.result) }),
    ...(row.error !== undefined && { error: JSON.stringify(row.error) }),
    ...("interrupt" in row && { interrupt: row.interrupt ?? null }),
  };
}
