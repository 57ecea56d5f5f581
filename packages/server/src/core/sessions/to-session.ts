import { describeError, NO_TOTALS, type Session } from "@cc-docker/protocol";
import type { SessionRow } from "../../ports/store/store.ts";

/** What a session's owner sees of it. */
export function toSession({ error, forkedFrom, parked, ...row }: SessionRow): Session {
  const { id, status, config, lastSeq, turnCount, costUsd, totals = NO_TOTALS, createdAt, updatedAt } = row;
  const described = error && { error: describeError(error.code, error.message) };
  const extra = { ...(parked && { parked }), ...(forkedFrom && { forkedFrom }) };
  return { id, status, config, lastSeq, turnCount, costUsd, totals, createdAt, updatedAt, ...extra, ...described };
}
