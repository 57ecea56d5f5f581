/** `audit verify` and `audit list`: what an operator asks of the audit log, whether a gateway runs or not. */
import { CcError } from "@cc-docker/protocol";
import { type AuditVerdict, verifyAudit } from "./core/audit/audit-chain.ts";
import { type AuditFile, openAuditFile } from "./ports/store/drivers/sqlite.ts";
import type { AuditHead } from "./ports/store/store.ts";

const USAGE = `audit verify [SEQ:HASH ...]  walks the audit log of DATA_DIR and names the first row that is not as it was written;
                             with what an earlier run or the gateway's log has named as its end, against that too
audit list [AFTER]           writes its rows with a number above AFTER as lines of JSON, oldest first`;
const NOTED = /^(\d+):([0-9a-f]{64})$/;
const PAGE = 1000;

type Write = (text: string) => void;

/**
 * @returns the exit code: 0, or 1 where the log is broken
 * @throws CcError CONFIG_INVALID, STORE_UNAVAILABLE
 */
export async function runAuditCommand(database: string, args: readonly string[], write: Write): Promise<number> {
  const [verb, ...rest] = args;
  if (verb === "verify") return verify(database, rest.map(parseNoted), write);
  if (verb === "list" && rest.length <= 1) return list(database, parseAfter(rest[0] ?? "0"), write);
  throw new CcError("CONFIG_INVALID", `There is no audit ${args.join(" ")}.\n${USAGE}`);
}

async function verify(database: string, noted: AuditHead[], write: Write): Promise<number> {
  await using file = await openAuditFile(database);
  const verdict = await verifyAudit(file, noted);
  write(`${describe(verdict)}\n`);
  return verdict.ok ? 0 : 1;
}

function describe(verdict: AuditVerdict): string {
  if (!verdict.ok) return `BROKEN at row ${verdict.seq}: ${verdict.reason}`;
  const { seq, hash } = verdict.head;
  return `ok: ${seq} rows, up to ${seq}:${hash}`;
}

async function list(database: string, from: number, write: Write): Promise<number> {
  await using file: AuditFile = await openAuditFile(database);
  for (let after = from, more = true; more; ) {
    const rows = await file.readAudit({ after, limit: PAGE });
    for (const row of rows) write(`${JSON.stringify(row)}\n`);
    after = rows.at(-1)?.seq ?? after;
    more = rows.length === PAGE;
  }
  return 0;
}

function parseNoted(text: string): AuditHead {
  const [, seq, hash] = NOTED.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new CcError(
      "CONFIG_INVALID",
      `${JSON.stringify(text)} is not SEQ:HASH, as verify itself writes it.\n${USAGE}`,
    );
  return { seq: Number(seq), hash };
}

function parseAfter(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CcError("CONFIG_INVALID", `${JSON.stringify(text)} is no number of a row.\n${USAGE}`);
}
