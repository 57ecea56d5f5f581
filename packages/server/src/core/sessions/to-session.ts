import { describeError, NO_TOTALS, type Session, type Workspace } from "@cc-docker/protocol";
import type { SessionRow } from "../../ports/store/store.ts";

/** What a session's owner sees of it. */
export function toSession({
  error,
  forkedFrom,
  parked,
  name,
  workspace: directory,
  allowedRules,
  ...row
}: SessionRow): Session {
  const { id, status, config, lastSeq, turnCount, costUsd, totals = NO_TOTALS, createdAt, updatedAt } = row;
  const described = error && { error: describeError(error.code, error.message) };
  const workspace: Workspace = directory ? { type: "host", path: directory.path } : { type: "ephemeral" };
  const extra = {
    ...(name !== undefined && { name }),
    workspace,
    ...(parked && { parked }),
    ...(forkedFrom && { forkedFrom }),
    ...(allowedRules && { allowedRules: [...allowedRules] }),
  };
  return { id, status, config, lastSeq, turnCount, costUsd, totals, createdAt, updatedAt, ...extra, ...described };
}
