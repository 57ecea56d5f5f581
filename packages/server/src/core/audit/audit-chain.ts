/** The chain of the audit log: each row's hash covers the row and the hash before, so none can change unseen. */
import { sha256 } from "../../lib/fingerprint.ts";
import type { AuditHead, AuditRow } from "../../ports/store/store.ts";

/** What the first row goes on from. */
const BEGINNING: AuditHead = { seq: 0, hash: "0".repeat(64) };
const PAGE = 1000;

/** The row that comes after `head`. */
export function linkAudit(head: AuditHead, row: Omit<AuditRow, "seq" | "previousHash" | "hash">): AuditRow {
  const linked = { ...row, seq: head.seq + 1, previousHash: head.hash };
  return { ...linked, hash: hashOf(linked) };
}

/** SHA-256 of the row's fields as a JSON array, in this order; what is absent is null. */
function hashOf(row: Omit<AuditRow, "hash">): string {
  const { seq, at, actor, action, outcome, sessionId = null, targetId = null } = row;
  const { requestId, remoteAddress = null, omitted, previousHash } = row;
  return sha256(
    JSON.stringify([
      seq,
      at,
      actor,
      action,
      outcome,
      sessionId,
      targetId,
      requestId,
      remoteAddress,
      omitted,
      previousHash,
    ]),
  );
}

/** What a check needs of the log: its rows in order, and the end that the store knows. */
export type AuditReader = {
  readAudit(page: { after: number; limit: number }): Promise<AuditRow[]>;
  findAuditHead(): Promise<AuditHead>;
};

/** `seq`: of the first row that is not as it was written. */
export type AuditVerdict = { ok: true; head: AuditHead } | { ok: false; seq: number; reason: string };

/**
 * Walks the whole log. What was changed, taken away or put in is found; not so what somebody has done who wrote the
 * hashes of all that follows anew, and the head. `noted`: a head that was known earlier, against those too.
 */
export async function verifyAudit(reader: AuditReader, noted: readonly AuditHead[] = []): Promise<AuditVerdict> {
  const known = [await reader.findAuditHead(), ...noted].toSorted((a, b) => a.seq - b.seq);
  let last = BEGINNING;
  for (let rows = await nextPage(); rows.length > 0; rows = await nextPage()) {
    for (const row of rows) {
      const reason = findBreak(last, row) ?? findOther(known, row);
      if (reason !== undefined) return { ok: false, seq: row.seq, reason };
      last = row;
    }
  }
  const missing = known.find(({ seq }) => seq > last.seq);
  if (missing) return { ok: false, seq: last.seq + 1, reason: `it is missing: the log has been at row ${missing.seq}` };
  return { ok: true, head: { seq: last.seq, hash: last.hash } };

  function nextPage(): Promise<AuditRow[]> {
    return reader.readAudit({ after: last.seq, limit: PAGE });
  }
}

function findBreak(last: AuditHead, row: AuditRow): string | undefined {
  if (row.seq !== last.seq + 1) return `what was between it and row ${last.seq} is missing`;
  if (row.previousHash !== last.hash) return `it does not go on from row ${last.seq}`;
  return row.hash === hashOf(row) ? undefined : "its content is not what its hash was made of";
}

function findOther(known: readonly AuditHead[], { seq, hash }: AuditRow): string | undefined {
  return known.some((one) => one.seq === seq && one.hash !== hash) ? "it had another hash before" : undefined;
}
