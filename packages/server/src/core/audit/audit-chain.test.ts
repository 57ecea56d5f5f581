import { describe, expect, it } from "vitest";
import type { AuditHead, AuditRow } from "../../ports/store/store.ts";
import { linkAudit, verifyAudit } from "./audit-chain.ts";

const BEGINNING: AuditHead = { seq: 0, hash: "0".repeat(64) };

function makeRows(count: number, name = "a"): AuditRow[] {
  const rows: AuditRow[] = [];
  const fields = { at: "2026-01-01T00:00:00.000Z", actor: "ann", outcome: "ok", requestId: "r", omitted: 0 };
  for (let n = 1; n <= count; n += 1)
    rows.push(linkAudit(rows.at(-1) ?? BEGINNING, { ...fields, action: `${name}${n}` }));
  return rows;
}

function verify(rows: AuditRow[], head: AuditHead = rows.at(-1) ?? BEGINNING, noted: AuditHead[] = []) {
  const readAudit = async ({ after, limit }: { after: number; limit: number }) =>
    rows.filter(({ seq }) => seq > after).slice(0, limit);
  return verifyAudit({ readAudit, findAuditHead: async () => head }, noted);
}

describe("the chain of the audit log", () => {
  it("holds over any number of rows, and while rows are added", async () => {
    expect(await verify([])).toEqual({ ok: true, head: BEGINNING });
    const rows = makeRows(2500);
    expect(await verify(rows)).toMatchObject({ ok: true, head: { seq: 2500 } });
    expect(await verify(rows, rows[2000])).toMatchObject({ ok: true, head: { seq: 2500 } });
  });

  it.each(Object.keys(makeRows(1)[0] as AuditRow).filter((name) => name !== "seq"))(
    "names a row whose %s was changed",
    async (name) => {
      const rows = makeRows(9);
      const head = rows[8];
      rows[4] = { ...(rows[4] as AuditRow), [name]: "changed" };
      expect(await verify(rows, head)).toMatchObject({ ok: false, seq: 5 });
    },
  );

  it("names a field that is put in", async () => {
    const rows = makeRows(3);
    rows[1] = { ...(rows[1] as AuditRow), targetId: "x" };
    expect(await verify(rows)).toMatchObject({ ok: false, seq: 2 });
  });

  it("misses rows at the beginning, between others, and at the end", async () => {
    const rows = makeRows(9);
    const head = rows[8];
    expect(await verify(rows.slice(2), head)).toMatchObject({ ok: false, seq: 3 });
    expect(await verify(rows.toSpliced(4, 1), head)).toMatchObject({ ok: false, seq: 6 });
    expect(await verify(rows.slice(0, 7), head)).toMatchObject({
      ok: false,
      seq: 8,
      reason: expect.stringContaining("missing"),
    });
    expect(await verify([], head)).toMatchObject({ ok: false, seq: 1 });
  });

  it("knows a log that was written anew by a head that was noted", async () => {
    const noted = makeRows(9)[5] as AuditRow;
    const forged = makeRows(9, "forged");
    expect(await verify(forged)).toMatchObject({ ok: true });
    expect(await verify(forged, forged[8], [noted])).toMatchObject({ ok: false, seq: 6 });
    expect(await verify(makeRows(9), undefined, [noted])).toMatchObject({ ok: true });
    expect(await verify(makeRows(4), undefined, [noted])).toMatchObject({ ok: false, seq: 5 });
  });
});
