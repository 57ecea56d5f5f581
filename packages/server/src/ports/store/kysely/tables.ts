import type { Generated } from "kysely";

export type SessionsTable = {
  position: Generated<number>;
  id: string;
  owner: string;
  status: string;
  parked: number;
  config: string;
  last_seq: number;
  generation: number;
  outbox_acked: number;
  running_turn: string | null;
  turn_timeout: number | null;
  turn_count: number;
  cost_usd: number;
  totals: string | null;
  created_at: string;
  updated_at: string;
  error: string | null;
  deleted: number;
  agent_session_id: string | null;
  agent_cost_usd: number;
  crashes: number;
  open_approvals: number;
  lease_holder: string | null;
  lease_fence: number;
  forked_from_session: string | null;
  forked_from_turn: string | null;
  files_from: string | null;
  transcript_after: number | null;
  transcript_before: number | null;
  name: string | null;
  workspace_path: string | null;
  workspace_uid: number | null;
  workspace_gid: number | null;
  allowed_rules: string | null;
};

export type TurnsTable = {
  position: Generated<number>;
  id: string;
  session_id: string;
  status: string;
  prompt: string;
  idempotency_key: string;
  timeout: number | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  result: string | null;
  error: string | null;
  interrupt: string | null;
  trace: string | null;
};

export type TranscriptEntriesTable = {
  position: Generated<number>;
  session_id: string;
  subpath: string;
  uuid: string | null;
  type: string;
  json: string;
};

export type SessionKeysTable = { owner: string; key: string; session_id: string; request: string };

export type ApprovalsTable = {
  position: Generated<number>;
  id: string;
  session_id: string;
  turn_id: string;
  generation: number;
  key: string;
  kind: string;
  state: string;
  used: number;
  tool_name: string;
  input: string;
  title: string | null;
  description: string | null;
  suggested_rules: string | null;
  answer: string | null;
  answered_by: string | null;
  created_at: string;
  closed_at: string | null;
};

export type DayUsageTable = { owner: string; day: string; cost_usd: number; tokens: number };

export type EventsTable = { session_id: string; seq: number; json: string };

export type GatewaysTable = { id: string; beat: number };

export type AuditTable = {
  seq: number;
  at: string;
  actor: string;
  action: string;
  outcome: string;
  session_id: string | null;
  target_id: string | null;
  request_id: string;
  remote_address: string | null;
  omitted: number;
  previous_hash: string;
  hash: string;
};

export type AuditHeadTable = { id: number; seq: number; hash: string };

export type Database = {
  sessions: SessionsTable;
  session_keys: SessionKeysTable;
  turns: TurnsTable;
  approvals: ApprovalsTable;
  events: EventsTable;
  day_usage: DayUsageTable;
  transcript_entries: TranscriptEntriesTable;
  gateways: GatewaysTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
};
