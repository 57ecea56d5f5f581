import {
  type AgentSessionId,
  type ErrorShape,
  SESSION_STATUSES,
  type SessionConfig,
  type SessionId,
  type SessionStatus,
  type TurnId,
  type TurnTotals,
} from "@cc-docker/protocol";
import { CompiledQuery, type Kysely, type Selectable, sql, type Updateable } from "kysely";
import type { CountSessions, SessionRow, StoreWriter } from "../store.ts";
import { compileOnce } from "./compile-once.ts";
import type { Database, SessionsTable } from "./tables.ts";

type SessionQueries = Pick<
  StoreWriter,
  | "findSession"
  | "listSessions"
  | "countSessions"
  | "listUnsettledSessions"
  | "isFilesSource"
  | "insertSession"
  | "updateSession"
>;

/** Those that are not at rest, named: an index finds what is there, not what is absent. */
export const UNSETTLED = SESSION_STATUSES.filter((status) => status !== "stopped" && status !== "failed");

export function createSessionQueries(db: Kysely<Database>): SessionQueries {
  return {
    async findSession(id) {
      const text = compileOnce(db, "find a session", () => db.selectFrom("sessions").selectAll().where("id", "=", id));
      const { rows } = await db.executeQuery<Selectable<SessionsTable>>(CompiledQuery.raw(text, [id]));
      return rows[0] && fromRow(rows[0]);
    },
    async listSessions({ limit, before, offset = 0, ...whose }) {
      let query = selectOwned(db, whose).selectAll();
      if (before !== undefined) query = query.where("position", "<", before);
      return (await query.orderBy("position", "desc").limit(limit).offset(offset).execute()).map(fromRow);
    },
    async countSessions(whose) {
      const counted = selectOwned(db, whose).select(({ fn }) => fn.countAll<number>().as("total"));
      return Number((await counted.executeTakeFirstOrThrow()).total);
    },
    async listUnsettledSessions() {
      const unsettled = db
        .selectFrom("sessions")
        .selectAll()
        .where((eb) => eb.or([eb("deleted", "=", 1), eb.and([eb("deleted", "=", 0), eb("status", "in", UNSETTLED)])]));
      return (await unsettled.orderBy("position").execute()).map(fromRow);
    },
    async isFilesSource(id) {
      const waiting = db.selectFrom("sessions").select("id").where("files_from", "=", id);
      const starting = waiting.where("status", "=", "starting").where("deleted", "=", 0);
      return (await starting.limit(1).executeTakeFirst()) !== undefined;
    },
    async insertSession(row) {
      await db
        .insertInto("sessions")
        .values({ id: row.id, owner: row.owner, ...toColumns(row) } as never)
        .execute();
    },
    async updateSession(id, patch) {
      await db.updateTable("sessions").set(toColumns(patch)).where("id", "=", id).execute();
    },
  };
}

function selectOwned(db: Kysely<Database>, { owner, status, workspacePath }: CountSessions) {
  const owned = db.selectFrom("sessions").where("owner", "=", owner).where("deleted", "=", 0);
  if (workspacePath === undefined) return status === undefined ? owned : owned.where("status", "=", status);
  const inside = owned.where("workspace_path", "=", workspacePath);
  // Not the column itself: few are in one directory, and many of one status.
  return status === undefined ? inside : inside.where(sql`status || ''`, "=", status);
}

function fromRow(row: Selectable<SessionsTable>): SessionRow {
  return {
    id: row.id as SessionId,
    owner: row.owner,
    status: row.status as SessionStatus,
    ...(row.parked === 1 && { parked: true }),
    config: JSON.parse(row.config) as SessionConfig,
    lastSeq: row.last_seq,
    generation: row.generation,
    outboxAcked: row.outbox_acked,
    ...(row.running_turn !== null && { runningTurn: row.running_turn as TurnId }),
    ...(row.turn_timeout !== null && { turnTimeout: row.turn_timeout }),
    turnCount: row.turn_count,
    costUsd: row.cost_usd,
    ...(row.totals !== null && { totals: JSON.parse(row.totals) as TurnTotals }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...(row.error !== null && { error: JSON.parse(row.error) as ErrorShape }),
    deleted: row.deleted === 1,
    ...(row.agent_session_id !== null && { agentSessionId: row.agent_session_id as AgentSessionId }),
    agentCostUsd: row.agent_cost_usd,
    crashes: row.crashes,
    openApprovals: row.open_approvals,
    ...(row.lease_holder !== null && { leaseHolder: row.lease_holder }),
    leaseFence: row.lease_fence,
    ...(row.forked_from_session !== null && { forkedFrom: toOrigin(row.forked_from_session, row.forked_from_turn) }),
    ...(row.files_from !== null && { filesFrom: row.files_from as SessionId }),
    ...toSpan(row),
    ...(row.name !== null && { name: row.name }),
    ...toWorkspace(row),
    ...(row.allowed_rules !== null && { allowedRules: JSON.parse(row.allowed_rules) as string[] }),
    position: row.position,
  };
}

function toOrigin(sessionId: string, turnId: string | null): SessionRow["forkedFrom"] {
  return { sessionId: sessionId as SessionId, ...(turnId !== null && { turnId: turnId as TurnId }) };
}

function toSpan({ transcript_after: after, transcript_before: before }: Selectable<SessionsTable>) {
  return after !== null && before !== null && { transcriptSpan: { after, before } };
}

function toWorkspace({ workspace_path: path, workspace_uid: uid, workspace_gid: gid }: Selectable<SessionsTable>) {
  return path !== null && uid !== null && gid !== null && { workspace: { path, uid, gid } };
}

function toColumns(row: Partial<SessionRow>): Updateable<SessionsTable> {
  return {
    ...(row.status !== undefined && { status: row.status }),
    ...("parked" in row && { parked: row.parked ? 1 : 0 }),
    ...(row.config !== undefined && { config: JSON.stringify(row.config) }),
    ...(row.lastSeq !== undefined && { last_seq: row.lastSeq }),
    ...(row.generation !== undefined && { generation: row.generation }),
    ...(row.outboxAcked !== undefined && { outbox_acked: row.outboxAcked }),
    ...("runningTurn" in row && { running_turn: row.runningTurn ?? null }),
    ...("turnTimeout" in row && { turn_timeout: row.turnTimeout ?? null }),
    ...(row.turnCount !== undefined && { turn_count: row.turnCount }),
    ...(row.costUsd !== undefined && { cost_usd: row.costUsd }),
    ...(row.totals !== undefined && { totals: JSON.stringify(row.totals) }),
    ...(row.createdAt !== undefined && { created_at: row.createdAt }),
    ...(row.updatedAt !== undefined && { updated_at: row.updatedAt }),
    ...("error" in row && { error: row.error ? JSON.stringify(row.error) : null }),
    ...(row.agentSessionId !== undefined && { agent_session_id: row.agentSessionId }),
    ...(row.agentCostUsd !== undefined && { agent_cost_usd: row.agentCostUsd }),
    ...(row.crashes !== undefined && { crashes: row.crashes }),
    ...(row.openApprovals !== undefined && { open_approvals: row.openApprovals }),
    ...(row.leaseHolder !== undefined && { lease_holder: row.leaseHolder }),
    ...(row.leaseFence !== undefined && { lease_fence: row.leaseFence }),
    ...(row.forkedFrom !== undefined && {
      forked_from_session: row.forkedFrom.sessionId,
      forked_from_turn: row.forkedFrom.turnId ?? null,
    }),
    ...("filesFrom" in row && { files_from: row.filesFrom ?? null }),
    ...("transcriptSpan" in row && {
      transcript_after: row.transcriptSpan?.after ?? null,
      transcript_before: row.transcriptSpan?.before ?? null,
    }),
    ...("name" in row && { name: row.name ?? null }),
    ...(row.workspace !== undefined && {
      workspace_path: row.workspace.path,
      workspace_uid: row.workspace.uid,
      workspace_gid: row.workspace.gid,
    }),
    ...("allowedRules" in row && { allowed_rules: row.allowedRules ? JSON.stringify(row.allowedRules) : null }),
    ...(row.deleted !== undefined && { deleted: row.deleted ? 1 : 0 }),
  };
}
