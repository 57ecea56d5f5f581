import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { runAuditCommand } from "./audit-command.ts";
import { linkAudit } from "./core/audit/audit-chain.ts";
import { openSqliteStore } from "./ports/store/drivers/sqlite.ts";

const FIELDS = { at: "2026-01-01T00:00:00.000Z", actor: "ann", outcome: "ok", requestId: "r", omitted: 0 };

function freshPath(): string {
  const directory = mkdtempSync(join(tmpdir(), "cc-docker-audit-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, "test.db");
}

async function openLog(rows: number) {
  const path = freshPath();
  const store = await openSqliteStore({ path });
  onTestFinished(store.close);
  const add = (action: string) =>
    store.write(async (tx) => tx.insertAudit(linkAudit(await tx.findAuditHead(), { ...FIELDS, action })));
  for (let n = 1; n <= rows; n += 1) await add(`a${n}`);
  return { path, store, add };
}

async function run(path: string, ...args: string[]) {
  let said = "";
  const exitCode = await runAuditCommand(path, args, (text) => (said += text));
  return { exitCode, said };
}

/** As somebody does it who has the file. */
function tamper(path: string, ...statements: string[]): void {
  using closing = {
    database: new SqliteDatabase(path),
    [Symbol.dispose]() {
      this.database.close();
    },
  };
  for (const statement of statements) closing.database.exec(statement);
}

const WITHOUT_TRIGGERS = ["drop trigger audit_refuses_update", "drop trigger audit_refuses_delete"];

describe("the operator's audit command", () => {
  it("says that the log holds while it is in use, up to where; and later, that it goes on from there", async () => {
    const { path, add } = await openLog(5);
    const first = await run(path, "verify");
    expect(first).toEqual({ exitCode: 0, said: expect.stringMatching(/^ok: 5 rows, up to 5:[0-9a-f]{64}\n$/) });
    await add("a6");
    const noted = first.said.trim().split(" ").at(-1) ?? "";
    expect(await run(path, "verify", noted)).toMatchObject({
      exitCode: 0,
      said: expect.stringContaining("ok: 6 rows"),
    });
  });

  it.each(["update audit set outcome = 'x' where seq = 3", "delete from audit where seq = 3", "delete from audit"])(
    "has nothing to find of `%s`: the database refuses it",
    async (statement) => {
      const { path } = await openLog(5);
      expect(() => tamper(path, statement)).toThrow("the audit log is only added to");
      expect(await run(path, "verify")).toMatchObject({ exitCode: 0 });
    },
  );

  it.each([
    ["was changed", "update audit set actor = 'eve' where seq = 3", "BROKEN at row 3: its content"],
    ["was taken away", "delete from audit where seq = 3", "BROKEN at row 4: what was between it and row 2"],
    ["was the first", "delete from audit where seq = 1", "BROKEN at row 2: what was between"],
    ["was the last", "delete from audit where seq = 5", "BROKEN at row 5: it is missing: the log has been at row 5"],
  ])("names the first broken row where one %s by hand", async (_what, statement, said) => {
    const { path, add } = await openLog(5);
    tamper(path, ...WITHOUT_TRIGGERS, statement);
    expect(await run(path, "verify")).toEqual({ exitCode: 1, said: expect.stringContaining(said) });
    await add("and goes on");
    expect(await run(path, "verify")).toMatchObject({ exitCode: 1 });
  });

  it("does not know of rows that were cut off with the head, but for what was noted elsewhere", async () => {
    const { path } = await openLog(5);
    const noted = (await run(path, "verify")).said.trim().split(" ").at(-1) ?? "";
    const head = "update audit_head set (seq, hash) = (select seq, hash from audit order by seq desc limit 1)";
    tamper(path, ...WITHOUT_TRIGGERS, "delete from audit where seq > 3", head);
    expect(await run(path, "verify")).toMatchObject({ exitCode: 0 });
    expect(await run(path, "verify", noted)).toEqual({ exitCode: 1, said: expect.stringContaining("BROKEN at row 4") });
  });

  it("lists rows as lines of JSON from one on", async () => {
    const { path } = await openLog(1500);
    const lines = (await run(path, "list", "2")).said.trim().split("\n");
    expect(lines).toHaveLength(1498);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ ...FIELDS, seq: 3, action: "a3" });
  });

  it("refuses what it does not know, and a database that is none of a gateway's", async () => {
    const { path } = await openLog(0);
    for (const args of [[], ["drop"], ["verify", "5"], ["list", "x"], ["list", "1", "2"]])
      await expect(run(path, ...args)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(run(freshPath(), "verify")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    const empty = freshPath();
    tamper(empty, "create table x (y)");
    await expect(run(empty, "verify")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});
