import { describe, expect, it } from "vitest";
import type { AuditRow, ListAudit } from "../../ports/store/store.ts";
import { listEntries } from "./list-entries.ts";

const row = (seq: number, at: string): AuditRow => ({
  seq,
  at,
  actor: "ann",
  action: "a",
  outcome: "ok",
  requestId: "r",
  omitted: 0,
  previousHash: "p",
  hash: "h",
});

/** A store whose window ends at that row, and holds none that is meant. */
const endingAt = (end: AuditRow | undefined) => ({
  listAudit: async (_query: ListAudit) => [],
  findAuditWindowEnd: async () => end,
});

describe("a page of the audit log", () => {
  const since = "2026-05-05T00:00:00.000Z";

  it("goes on after rows that are not meant, while there are older ones", async () => {
    const list = (end?: AuditRow) => listEntries(endingAt(end), { actor: "ann", limit: 5, action: "b" });
    expect(await list(row(70, since))).toEqual({ entries: [], nextCursor: "70" });
    expect(await list(row(1, since))).toEqual({ entries: [] });
    expect(await list()).toEqual({ entries: [] });
  });

  it("ends where all are older, by more than a clock is set back", async () => {
    const list = (at: string) => listEntries(endingAt(row(70, at)), { actor: "ann", limit: 5, since });
    expect(await list("2026-05-04T01:00:00.000Z")).toHaveProperty("nextCursor");
    expect(await list("2026-05-03T23:00:00.000Z")).toEqual({ entries: [] });
  });
});
