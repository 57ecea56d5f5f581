import type { ApprovalAnswer, ApprovalId, ApprovalKind, ApprovalState, SessionId, TurnId } from "@cc-docker/protocol";
import type { Kysely, Selectable, Updateable } from "kysely";
import type { ApprovalRow, StoreWriter } from "../store.ts";
import type { ApprovalsTable, Database } from "./tables.ts";

type ApprovalQueries = Pick<
  StoreWriter,
  | "findApproval"
  | "listApprovals"
  | "listTurnApprovals"
  | "insertApproval"
  | "updateApproval"
  | "trimWithdrawnApprovals"
>;

export function createApprovalQueries(db: Kysely<Database>): ApprovalQueries {
  const approvals = () => db.selectFrom("approvals").selectAll("approvals");
  return {
    async findApproval(id) {
      const row = await approvals().where("approvals.id", "=", id).executeTakeFirst();
      return row && fromRow(row);
    },
    async listApprovals({ owner, limit, sessionId, state, before }) {
      let query = approvals()
        .innerJoin("sessions", "sessions.id", "approvals.session_id")
        .where("sessions.owner", "=", owner)
        .where("sessions.deleted", "=", 0);
      if (sessionId !== undefined) query = query.where("approvals.session_id", "=", sessionId);
      if (state !== undefined) query = query.where("approvals.state", "=", state);
      if (before !== undefined) query = query.where("approvals.position", "<", before);
      return (await query.orderBy("approvals.position", "desc").limit(limit).execute()).map(fromRow);
    },
    async listTurnApprovals(turnId) {
      const ofTurn = approvals().where("turn_id", "=", turnId).where("state", "!=", "withdrawn");
      return (await ofTurn.orderBy("position").execute()).map(fromRow);
    },
    async insertApproval(row) {
      const { id, sessionId, turnId, kind, toolName, input, title, description, suggestedRules, createdAt } = row;
      const suggested = { ...(suggestedRules && { suggested_rules: JSON.stringify(suggestedRules) }) };
      const asked = { kind, tool_name: toolName, input: JSON.stringify(input), title, description, ...suggested };
      const fixed = { id, session_id: sessionId, turn_id: turnId, created_at: createdAt, ...asked };
      await db
        .insertInto("approvals")
        .values({ ...fixed, ...toColumns(row) } as never)
        .execute();
    },
    async updateApproval(id, patch) {
      await db.updateTable("approvals").set(toColumns(patch)).where("id", "=", id).execute();
    },
    async trimWithdrawnApprovals(sessionId, keep) {
      const withdrawn = db.selectFrom("approvals").where("session_id", "=", sessionId).where("state", "=", "withdrawn");
      const newestToGo = withdrawn.select("position").orderBy("position", "desc").limit(1).offset(keep);
      await db
        .deleteFrom("approvals")
        .where("session_id", "=", sessionId)
        .where("state", "=", "withdrawn")
        .where("position", "<=", newestToGo)
        .execute();
    },
  };
}

function fromRow(row: Selectable<ApprovalsTable>): ApprovalRow {
  return {
    id: row.id as ApprovalId,
    sessionId: row.session_id as SessionId,
    turnId: row.turn_id as TurnId,
    generation: row.generation,
    key: row.key,
    kind: row.kind as ApprovalKind,
    state: row.state as ApprovalState,
    used: row.used === 1,
    toolName: row.tool_name,
    input: JSON.parse(row.input) as ApprovalRow["input"],
    ...(row.title !== null && { title: row.title }),
    ...(row.description !== null && { description: row.description }),
    ...(row.suggested_rules !== null && { suggestedRules: JSON.parse(row.suggested_rules) as string[] }),
    ...(row.answer !== null && { answer: JSON.parse(row.answer) as ApprovalAnswer }),
    ...(row.answered_by !== null && { answeredBy: row.answered_by }),
    createdAt: row.created_at,
    ...(row.closed_at !== null && { closedAt: row.closed_at }),
    position: row.position,
  };
}

/** What may change of a question that was asked. */
function toColumns(row: Partial<ApprovalRow>): Updateable<ApprovalsTable> {
  return {
    ...(row.generation !== undefined && { generation: row.generation }),
    ...(row.key !== undefined && { key: row.key }),
    ...(row.state !== undefined && { state: row.state }),
    ...(row.used !== undefined && { used: row.used ? 1 : 0 }),
    ...(row.answer !== undefined && { answer: JSON.stringify(row.answer) }),
    ...(row.answeredBy !== undefined && { answered_by: row.answeredBy }),
    ...(row.closedAt !== undefined && { closed_at: row.closedAt }),
  };
}
