import type { AuditEntry, SessionId } from "@cc-docker/protocol";
import type { AuditRow, ListAudit, StoreReader } from "../../ports/store/store.ts";
import { parseCursor } from "../cursor.ts";

/** Which of an actor's entries are meant; all when nothing else is said. */
export type ListEntries = {
  actor: string;
  limit: number;
  cursor?: string;
  /** Done to it, or it was made by it. */
  sessionId?: SessionId;
  action?: string;
  /** ISO 8601, UTC. */
  since?: string;
};

/** So many rows are looked at for one page, however few of them are meant: some milliseconds of the event loop. */
const WINDOW = 5000;
/** A clock may have been set back: rows that are a little too old do not end the search. */
const CLOCK_SLACK_MS = 86_400_000;

/** A page may hold fewer than `limit`, even none, and have a `nextCursor` all the same. */
export async function listEntries(
  store: Pick<StoreReader, "listAudit" | "findAuditWindowEnd">,
  { cursor, ...wanted }: ListEntries,
): Promise<{ entries: AuditEntry[]; nextCursor?: string }> {
  const query: ListAudit = { ...wanted, window: WINDOW, ...(cursor !== undefined && { before: parseCursor(cursor) }) };
  const rows = await store.listAudit(query);
  const last = rows.length === query.limit ? rows.at(-1) : await store.findAuditWindowEnd(query);
  const more = last !== undefined && last.seq > 1 && !isLongBefore(last, query.since);
  return { entries: rows.map(toEntry), ...(more && { nextCursor: String(last.seq) }) };
}

function isLongBefore({ at }: AuditRow, since: string | undefined): boolean {
  return since !== undefined && Date.parse(at) < Date.parse(since) - CLOCK_SLACK_MS;
}

/** Numbers count what all owners do: they are nobody's business. */
function toEntry({ seq: _seq, actor: _actor, previousHash: _previous, omitted, ...entry }: AuditRow): AuditEntry {
  return { ...entry, ...(omitted > 0 && { omitted }) };
}
