/** The law of the Store: every sentence of `store.ts` is a test. A driver that passes is done. */
import { randomUUID } from "node:crypto";
import { AgentSessionId, ApprovalId, describeError, SessionId, TurnId, type TurnResult } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import type {
  ApprovalRow,
  AuditHead,
  AuditRow,
  EventRow,
  ListApprovals,
  ListAudit,
  SessionRow,
  Store,
  StoreReader,
  TranscriptRow,
  TurnRow,
} from "./store.ts";

export type StoreUnderTest = {
  name: string;
  /** Opens a database by a name of the test's own: made when it is new, the same one for the same name. */
  open: (database: string) => Promise<Store>;
};

const NOW = "2026-01-02T03:04:05.678Z";
const RESULT: TurnResult = {
  text: "done",
  durationMs: 12,
  costUsd: 0.25,
  apiCalls: 2,
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheCreationTokens: 4 },
};

function sessionRow(fields: Partial<Omit<SessionRow, "position">> = {}): Omit<SessionRow, "position"> {
  const counters = {
    lastSeq: 0,
    generation: 1,
    outboxAcked: 0,
    turnCount: 0,
    costUsd: 0,
    agentCostUsd: 0,
    crashes: 0,
    openApprovals: 0,
    leaseFence: 0,
  };
  const times = { createdAt: NOW, updatedAt: NOW };
  const id = SessionId.parse(randomUUID());
  return { id, owner: "ann", status: "idle", config: {}, deleted: false, ...counters, ...times, ...fields };
}

function turnRow(sessionId: SessionId, fields: Partial<TurnRow> = {}): TurnRow {
  const id = TurnId.parse(randomUUID());
  return { id, sessionId, status: "queued", prompt: "hi", idempotencyKey: id, createdAt: NOW, ...fields };
}

function eventRows(from: number, to: number, json = (seq: number) => `{"seq":${seq}}`): EventRow[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index, json: json(from + index) }));
}

async function insertSession(store: Store, fields: Partial<Omit<SessionRow, "position">> = {}) {
  const row = sessionRow(fields);
  await store.write((tx) => tx.insertSession(row));
  return row;
}

async function insertApproval(store: Store, fields: Partial<ApprovalRow> & { sessionId: SessionId }) {
  const asked = { kind: "tool", toolName: "Bash", input: { command: "ls" }, key: "key", generation: 1 } as const;
  const ids = { id: ApprovalId.parse(randomUUID()), turnId: TurnId.parse(randomUUID()) };
  const row = { ...ids, ...asked, state: "open", used: false, createdAt: NOW, ...fields } as const;
  await store.write((tx) => tx.insertApproval(row));
  return row;
}

async function seqs(reader: StoreReader, id: SessionId, page: { after?: number; limit?: number; maxBytes?: number }) {
  const rows = await reader.readEvents(id, { after: 0, limit: 1000, maxBytes: 1e9, ...page });
  return rows.map(({ seq }) => seq);
}

function transcriptRow(text: string, fields: Partial<TranscriptRow> = {}): TranscriptRow {
  return { uuid: randomUUID(), type: "user", json: JSON.stringify({ text }), ...fields };
}

/** What the transcript holds, as `text` or `subpath: text`. */
async function transcriptTexts(reader: StoreReader, id: SessionId, page: { after?: number; maxBytes?: number } = {}) {
  const rows = await reader.readTranscript(id, { after: 0, maxBytes: 1e9, ...page });
  return rows.map(({ subpath, json }) => `${subpath ? `${subpath}: ` : ""}${JSON.parse(json).text}`);
}

export function testStore({ name, open }: StoreUnderTest): void {
  const openEmpty = () => open(randomUUID());

  describe(`store: ${name}: gateways and leases`, () => {
    it("keeps the list of gateways, each once, with its newest beat", async () => {
      await using store = await openEmpty();
      await store.write(async (tx) => {
        await tx.putGateway({ id: "b", beat: 1 });
        await tx.putGateway({ id: "a", beat: 1 });
      });
      await store.write((tx) => tx.putGateway({ id: "b", beat: 2 }));
      expect(await store.listGateways()).toEqual([
        { id: "a", beat: 1 },
        { id: "b", beat: 2 },
      ]);
      await store.write((tx) => tx.deleteGateway("b"));
      expect(await store.listGateways()).toEqual([{ id: "a", beat: 1 }]);
      await store.write((tx) => tx.deleteGateway("nobody"));
    });

    it("keeps who holds a session, and the fence; before the first there is nobody", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      expect(await store.findSession(id)).toMatchObject({ leaseFence: 0 });
      expect(await store.findSession(id)).not.toHaveProperty("leaseHolder");
      await store.write((tx) => tx.updateSession(id, { leaseHolder: "a", leaseFence: 1 }));
      expect(await store.findSession(id)).toMatchObject({ leaseHolder: "a", leaseFence: 1 });
      const born = await insertSession(store, { leaseHolder: "b", leaseFence: 1 });
      expect(await store.findSession(born.id)).toMatchObject({ leaseHolder: "b", leaseFence: 1 });
    });

    it("lets nobody change what a work has read until the work ends, through whatever handle", async () => {
      const database = randomUUID();
      await using store = await open(database);
      await using other = await open(database);
      const { id } = await insertSession(store);
      const take = (handle: Store, holder: string) =>
        handle.write(async (tx) => {
          const leaseFence = ((await tx.findSession(id))?.leaseFence ?? 0) + 1;
          await tx.updateSession(id, { leaseHolder: holder, leaseFence });
          return leaseFence;
        });
      const fences = await Promise.all(
        Array.from({ length: 50 }, (_, n) => take(n % 2 === 0 ? store : other, `gateway ${n}`)),
      );
      expect(fences.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    });
  });

  describe(`store: ${name}: writing`, () => {
    it("resolves once others that open the database see what was written", async () => {
      const database = randomUUID();
      await using store = await open(database);
      const { id } = await insertSession(store);
      await using other = await open(database);
      expect(await other.findSession(id)).toMatchObject({ id });
    });

    it("returns what the work returned", async () => {
      await using store = await openEmpty();
      expect(await store.write(async () => "value")).toBe("value");
    });

    it("lets a work read what it has just written", async () => {
      await using store = await openEmpty();
      const row = sessionRow();
      const seen = await store.write(async (tx) => {
        await tx.insertSession(row);
        return tx.findSession(row.id);
      });
      expect(seen).toMatchObject(row);
    });

    it("lets every work see what all works accepted before it wrote", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const increment = () =>
        store.write(async (tx) => {
          const lastSeq = ((await tx.findSession(id))?.lastSeq ?? 0) + 1;
          await tx.updateSession(id, { lastSeq });
          return lastSeq;
        });
      const results = await Promise.all(Array.from({ length: 600 }, increment));
      expect(results).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
    });

    it("resolves works in the order they were accepted", async () => {
      await using store = await openEmpty();
      const order: number[] = [];
      const write = (n: number) => store.write(async (tx) => tx.insertSession(sessionRow())).then(() => order.push(n));
      await Promise.all(Array.from({ length: 300 }, (_, n) => write(n)));
      expect(order).toEqual(Array.from({ length: 300 }, (_, n) => n));
    });

    it("undoes a work that throws alone; others of its batch stay", async () => {
      await using store = await openEmpty();
      const [before, broken, after] = [sessionRow(), sessionRow(), sessionRow()];
      const error = new Error("the rules say no");
      void insertSession(store); // while it commits, the three below meet in one batch
      const settled = await Promise.allSettled([
        store.write((tx) => tx.insertSession(before)),
        store.write(async (tx) => {
          await tx.insertSession(broken);
          await tx.updateSession(before.id, { lastSeq: 99 });
          throw error;
        }),
        store.write((tx) => tx.insertSession(after)),
      ]);
      expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(settled[1]).toHaveProperty("reason", error);
      expect(await store.findSession(before.id)).toMatchObject({ lastSeq: 0 });
      expect(await store.findSession(broken.id)).toBeUndefined();
      expect(await store.findSession(after.id)).toBeDefined();
    });

    it("undoes a work that the database refuses alone, with a code of the table", async () => {
      await using store = await openEmpty();
      const row = await insertSession(store);
      void insertSession(store); // while it commits, the two below meet in one batch
      const [good, twice] = await Promise.allSettled([
        store.write((tx) => tx.updateSession(row.id, { lastSeq: 7 })),
        store.write((tx) => tx.insertSession(row)),
      ]);
      expect(twice).toMatchObject({ status: "rejected", reason: { code: "STORE_UNAVAILABLE" } });
      expect(good).toMatchObject({ status: "fulfilled" });
      expect(await store.findSession(row.id)).toMatchObject({ lastSeq: 7 });
    });

    it("goes on after a work that threw before it did anything", async () => {
      await using store = await openEmpty();
      const throwing = store.write(() => {
        throw new Error("at once");
      });
      await expect(throwing).rejects.toThrow("at once");
      await expect(insertSession(store)).resolves.toBeDefined();
    });
  });

  describe(`store: ${name}: sessions`, () => {
    it("come back as they were stored, with and without an error", async () => {
      await using store = await openEmpty();
      const plain = await insertSession(store, {
        config: { model: "opus", systemPrompt: "ä\u0000😀" },
        costUsd: 0.125,
        totals: { durationMs: 12, apiCalls: 2, usage: RESULT.usage },
      });
      const error = describeError("INSTANCE_LOST", "gone");
      const failed = await insertSession(store, { status: "failed", error, lastSeq: 2 ** 40, outboxAcked: 5 });
      expect(await store.findSession(plain.id)).toEqual({ ...plain, position: expect.any(Number) });
      expect(await store.findSession(failed.id)).toEqual({ ...failed, position: expect.any(Number) });
    });

    it("come back with the conversation they may go on with", async () => {
      await using store = await openEmpty();
      const agentSessionId = AgentSessionId.parse(randomUUID());
      const row = await insertSession(store, { agentSessionId, agentCostUsd: 0.375, crashes: 2, generation: 3 });
      expect(await store.findSession(row.id)).toEqual({ ...row, position: expect.any(Number) });
      const next = { agentSessionId: AgentSessionId.parse(randomUUID()), agentCostUsd: 0.5, crashes: 0 };
      await store.write((tx) => tx.updateSession(row.id, next));
      expect(await store.findSession(row.id)).toMatchObject(next);
    });

    it("are parked until a patch says otherwise", async () => {
      await using store = await openEmpty();
      const row = await insertSession(store, { status: "paused", parked: true });
      await store.write((tx) => tx.updateSession(row.id, { lastSeq: 7 }));
      expect(await store.findSession(row.id)).toMatchObject({ status: "paused", parked: true });
      await store.write((tx) => tx.updateSession(row.id, { status: "idle", parked: undefined }));
      expect(await store.findSession(row.id)).not.toHaveProperty("parked");
    });

    it("lose an error and a running turn that a patch clears, and none that it does not name", async () => {
      await using store = await openEmpty();
      const error = describeError("INSTANCE_LOST", "gone");
      const { id } = await insertSession(store, { error, runningTurn: TurnId.parse(randomUUID()) });
      await store.write((tx) => tx.updateSession(id, { status: "failed" }));
      expect(await store.findSession(id)).toMatchObject({ error, runningTurn: expect.any(String) });
      await store.write((tx) => tx.updateSession(id, { error: undefined, runningTurn: undefined }));
      const cleared = await store.findSession(id);
      expect([cleared?.error, cleared?.runningTurn]).toEqual([undefined, undefined]);
    });

    it("are found also when deleted; unknown ones are undefined", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store, { deleted: true });
      expect(await store.findSession(id)).toMatchObject({ deleted: true });
      expect(await store.findSession(sessionRow().id)).toBeUndefined();
    });

    it("keep the fields that a patch does not name", async () => {
      await using store = await openEmpty();
      const row = await insertSession(store, { turnCount: 3, config: { model: "opus" } });
      const other = await insertSession(store);
      await store.write((tx) => tx.updateSession(row.id, { status: "running", lastSeq: 4, deleted: true }));
      expect(await store.findSession(row.id)).toMatchObject({ ...row, status: "running", lastSeq: 4, deleted: true });
      expect(await store.findSession(other.id)).toMatchObject(other);
    });

    it("are listed newest first, the owner's own, without deleted ones", async () => {
      await using store = await openEmpty();
      const first = await insertSession(store);
      await insertSession(store, { owner: "bob" });
      await insertSession(store, { deleted: true });
      const last = await insertSession(store, { createdAt: "2000-01-01T00:00:00.000Z" });
      const listed = await store.listSessions({ owner: "ann", limit: 10 });
      expect(listed.map(({ id }) => id)).toEqual([last.id, first.id]);
    });

    it("keeps a session's name until it has another or none, and where it works", async () => {
      await using store = await openEmpty();
      const workspace = { path: "/srv/project", uid: 12_345, gid: 0 };
      const { id } = await insertSession(store, { name: "one", workspace });
      expect(await store.findSession(id)).toMatchObject({ name: "one", workspace });
      await store.write((tx) => tx.updateSession(id, { status: "stopped" }));
      expect(await store.findSession(id)).toMatchObject({ name: "one", workspace });
      await store.write((tx) => tx.updateSession(id, { name: "two" }));
      expect(await store.findSession(id)).toMatchObject({ name: "two" });
      await store.write((tx) => tx.updateSession(id, { name: undefined }));
      expect((await store.findSession(id))?.name).toBeUndefined();
      const { id: plain } = await insertSession(store);
      expect((await store.findSession(plain))?.workspace).toBeUndefined();
    });

    it("keeps what a session's agent need not ask about until that is another or nothing", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store, { allowedRules: ["Bash", "Edit(src/**)"] });
      await store.write((tx) => tx.updateSession(id, { status: "stopped" }));
      expect(await store.findSession(id)).toMatchObject({ allowedRules: ["Bash", "Edit(src/**)"] });
      await store.write((tx) => tx.updateSession(id, { allowedRules: ["Bash"] }));
      expect(await store.findSession(id)).toMatchObject({ allowedRules: ["Bash"] });
      await store.write((tx) => tx.updateSession(id, { allowedRules: undefined }));
      expect(await store.findSession(id)).not.toHaveProperty("allowedRules");
    });

    it("lists and counts the sessions of one directory, of their owner and status", async () => {
      await using store = await openEmpty();
      const inside = { workspace: { path: "/srv/a", uid: 1, gid: 1 } };
      const { id: first } = await insertSession(store, inside);
      await insertSession(store, { workspace: { path: "/srv/ab", uid: 1, gid: 1 } });
      await insertSession(store);
      await insertSession(store, { ...inside, owner: "bob" });
      await insertSession(store, { ...inside, deleted: true });
      const { id: second } = await insertSession(store, { ...inside, status: "stopped" });
      const where = { owner: "ann", workspacePath: "/srv/a" };
      const list = async (fields: object) =>
        (await store.listSessions({ ...where, limit: 9, ...fields })).map(({ id }) => id);
      expect(await list({})).toEqual([second, first]);
      expect(await list({ status: "stopped" })).toEqual([second]);
      expect(await store.countSessions(where)).toBe(2);
    });

    it("are listed by status when one is asked for", async () => {
      await using store = await openEmpty();
      await insertSession(store, { status: "idle" });
      const stopped = await insertSession(store, { status: "stopped" });
      const listed = await store.listSessions({ owner: "ann", limit: 10, status: "stopped" });
      expect(listed.map(({ id }) => id)).toEqual([stopped.id]);
    });

    it("are counted as they are listed, and listed from an offset on", async () => {
      await using store = await openEmpty();
      const idle = await insertSession(store, { status: "idle" });
      await insertSession(store, { status: "stopped" });
      await insertSession(store, { status: "idle", owner: "bob" });
      await insertSession(store, { status: "idle", deleted: true });
      const newest = await insertSession(store, { status: "idle" });
      expect(await store.countSessions({ owner: "ann" })).toBe(3);
      expect(await store.countSessions({ owner: "ann", status: "idle" })).toBe(2);
      expect(await store.countSessions({ owner: "nobody" })).toBe(0);
      const list = async (offset: number) =>
        (await store.listSessions({ owner: "ann", status: "idle", limit: 1, offset })).map(({ id }) => id);
      expect([await list(0), await list(1), await list(2)]).toEqual([[newest.id], [idle.id], []]);
    });

    it("that live are counted, of one owner or of all, and so are the turns they have open", async () => {
      await using store = await openEmpty();
      const rows: Record<string, { id: SessionId }> = {};
      for (const status of ["starting", "idle", "running", "paused", "stopped", "failed"] as const)
        rows[status] = await insertSession(store, { status });
      await insertSession(store, { status: "idle", deleted: true });
      const bobs = await insertSession(store, { status: "idle", owner: "bob" });
      expect([await store.countLiveSessions("ann"), await store.countLiveSessions("bob")]).toEqual([4, 1]);
      expect([await store.countLiveSessions(), await store.countLiveSessions("nobody")]).toEqual([5, 0]);
      await insertSession(store, { status: "stopped", deleted: true });
      expect(await store.countInstances()).toBe(6); // with the idle one that is being removed
      await store.write(async (tx) => {
        for (const { id } of [rows["idle"], rows["running"], bobs] as { id: SessionId }[])
          for (const status of ["queued", "running", "completed", "cancelled"] as const)
            await tx.insertTurn(turnRow(id, { status, idempotencyKey: status }));
      });
      expect([await store.countOpenTurns("ann"), await store.countOpenTurns("bob")]).toEqual([4, 2]);
    });

    it("add up what their turns use, by owner and day, and deleting them takes nothing back", async () => {
      await using store = await openEmpty();
      const day = "2026-03-01";
      const { id } = await insertSession(store);
      await store.write(async (tx) => {
        await tx.addDayUsage({ owner: "ann", day, costUsd: 0.25, tokens: 10 });
        await tx.addDayUsage({ owner: "ann", day, costUsd: 0.5, tokens: 1 });
        await tx.addDayUsage({ owner: "ann", day: "2026-03-02", costUsd: 9, tokens: 9 });
        await tx.addDayUsage({ owner: "bob", day, costUsd: 7, tokens: 7 });
        await tx.deleteSession(id);
      });
      expect(await store.findDayUsage("ann", day)).toEqual({ owner: "ann", day, costUsd: 0.75, tokens: 11 });
      expect(await store.findDayUsage("ann", "2026-02-28")).toBeUndefined();
    });

    it("are paged by position: each comes once, however many are made between two pages", async () => {
      await using store = await openEmpty();
      const rows = [];
      for (let n = 0; n < 7; n += 1) rows.push(await insertSession(store));
      const seen: SessionId[] = [];
      for (let before: number | undefined; ; ) {
        const page = await store.listSessions({ owner: "ann", limit: 3, ...(before !== undefined && { before }) });
        if (page.length === 0) break;
        expect(page.length).toBeLessThanOrEqual(3);
        seen.push(...page.map(({ id }) => id));
        before = page.at(-1)?.position;
        await insertSession(store);
      }
      expect(seen).toEqual(rows.map(({ id }) => id).toReversed());
    });

    it("are unsettled when not at rest or deleted; those come oldest first, of all owners", async () => {
      await using store = await openEmpty();
      const expected = [];
      for (const status of ["starting", "stopped", "idle", "failed", "running"] as const) {
        const row = await insertSession(store, { status, owner: status });
        if (status !== "stopped" && status !== "failed") expected.push(row.id);
        expected.push((await insertSession(store, { status, deleted: true })).id);
      }
      expect((await store.listUnsettledSessions()).map(({ id }) => id)).toEqual(expected);
    });

    it("keep where they come from, and whose files and lines they lack until they have them", async () => {
      await using store = await openEmpty();
      const { id: parent } = await insertSession(store);
      const turnId = TurnId.parse(randomUUID());
      const lacking = { filesFrom: parent, transcriptSpan: { after: 0, before: 7 } };
      const fork = await insertSession(store, { forkedFrom: { sessionId: parent, turnId }, ...lacking });
      expect(await store.findSession(fork.id)).toMatchObject(fork);
      const bare = await insertSession(store, { forkedFrom: { sessionId: parent } });
      expect((await store.findSession(bare.id))?.forkedFrom).toEqual({ sessionId: parent });
      await store.write((tx) => tx.updateSession(fork.id, { transcriptSpan: { after: 5, before: 7 } }));
      expect(await store.findSession(fork.id)).toMatchObject({
        filesFrom: parent,
        transcriptSpan: { after: 5, before: 7 },
      });
      await store.write((tx) => tx.updateSession(fork.id, { filesFrom: undefined, transcriptSpan: undefined }));
      const whole = await store.findSession(fork.id);
      expect(whole).toMatchObject({ forkedFrom: { sessionId: parent, turnId } });
      for (const lacked of Object.keys(lacking)) expect(whole).not.toHaveProperty(lacked);
    });

    it("are wanted for their files by those that start and lack them", async () => {
      await using store = await openEmpty();
      const { id: parent } = await insertSession(store);
      const { id } = await insertSession(store, { filesFrom: parent, status: "starting" });
      const wanted: boolean[] = [];
      for (const patch of [
        { crashes: 1 },
        { status: "failed" },
        { status: "starting", deleted: true },
        { deleted: false },
      ] as const) {
        await store.write((tx) => tx.updateSession(id, patch));
        wanted.push(await store.isFilesSource(parent));
      }
      await store.write((tx) => tx.updateSession(id, { filesFrom: undefined }));
      expect([...wanted, await store.isFilesSource(parent)]).toEqual([true, false, false, true, false]);
    });
  });

  describe(`store: ${name}: turns`, () => {
    it("come back as they were stored, with and without an end", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const waiting = turnRow(id, { prompt: "line\n😀\u0000" });
      const ended = turnRow(id, { status: "failed", startedAt: NOW, endedAt: NOW, result: RESULT });
      const failed: TurnRow = { ...ended, error: describeError("MODEL_FAILED", "no") };
      await store.write(async (tx) => {
        await tx.insertTurn(waiting);
        await tx.insertTurn(failed);
      });
      expect(await store.findTurn(waiting.id)).toEqual(waiting);
      expect(await store.findTurn(failed.id)).toEqual(failed);
      expect(await store.findTurn(turnRow(id).id)).toBeUndefined();
    });

    it("keep the fields that a patch does not name", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const turn = turnRow(id);
      await store.write((tx) => tx.insertTurn(turn));
      await store.write((tx) => tx.updateTurn(turn.id, { status: "completed", endedAt: NOW, result: RESULT }));
      expect(await store.findTurn(turn.id)).toEqual({ ...turn, status: "completed", endedAt: NOW, result: RESULT });
    });

    it("keep why they are to end early", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const [asked, late] = [turnRow(id), turnRow(id, { interrupt: "request_timeout" })];
      await store.write(async (tx) => {
        await tx.insertTurn(asked);
        await tx.insertTurn(late);
      });
      expect(await store.findTurn(asked.id)).not.toHaveProperty("interrupt");
      await store.write((tx) => tx.updateTurn(asked.id, { interrupt: "requested" }));
      expect(await store.findTurn(asked.id)).toEqual({ ...asked, interrupt: "requested" });
      expect(await store.findTurn(late.id)).toEqual(late);
    });

    it("keep what they may take, and their session what the running one may", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const [own, none] = [turnRow(id, { timeout: 0.5 }), turnRow(id)];
      await store.write(async (tx) => {
        await tx.insertTurn(own);
        await tx.insertTurn(none);
        await tx.updateSession(id, { runningTurn: own.id, turnTimeout: 0.5 });
      });
      expect([await store.findTurn(own.id), await store.findTurn(none.id)]).toEqual([own, none]);
      expect(await store.findSession(id)).toMatchObject({ turnTimeout: 0.5 });
      await store.write((tx) => tx.updateSession(id, { turnTimeout: undefined }));
      expect(await store.findSession(id)).not.toHaveProperty("turnTimeout");
    });

    it("are worked on only while their session is running", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const turn = turnRow(id, { status: "running", interrupt: "requested" });
      await store.write((tx) => tx.insertTurn(turn));
      await store.write((tx) => tx.updateSession(id, { runningTurn: turn.id }));
      for (const status of ["starting", "idle", "stopped", "failed"] as const) {
        await store.write((tx) => tx.updateSession(id, { status }));
        expect(await store.findRunningTurn(id), status).toBeUndefined();
      }
      await store.write((tx) => tx.updateSession(id, { status: "running" }));
      expect(await store.findRunningTurn(id)).toEqual(turn);
      await store.write((tx) => tx.updateSession(id, { runningTurn: undefined }));
      expect(await store.findRunningTurn(id)).toBeUndefined();
    });

    it("are found by their key within their session only", async () => {
      await using store = await openEmpty();
      const [one, two] = [await insertSession(store), await insertSession(store)];
      const turn = turnRow(one.id, { idempotencyKey: "k" });
      await store.write((tx) => tx.insertTurn(turn));
      expect(await store.findTurnByKey(one.id, "k")).toEqual(turn);
      expect(await store.findTurnByKey(two.id, "k")).toBeUndefined();
      expect(await store.findTurnByKey(one.id, "K")).toBeUndefined();
    });

    it("have one key each: the database refuses a second turn with it, in this session alone", async () => {
      await using store = await openEmpty();
      const [one, two] = [await insertSession(store), await insertSession(store)];
      await store.write((tx) => tx.insertTurn(turnRow(one.id, { idempotencyKey: "k" })));
      const again = store.write((tx) => tx.insertTurn(turnRow(one.id, { idempotencyKey: "k" })));
      await expect(again).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
      await store.write((tx) => tx.insertTurn(turnRow(two.id, { idempotencyKey: "k" })));
    });

    it("that wait are listed in the order they were accepted", async () => {
      await using store = await openEmpty();
      const [one, two] = [await insertSession(store), await insertSession(store)];
      const turns = Array.from({ length: 5 }, () => turnRow(one.id));
      await store.write(async (tx) => {
        for (const turn of turns) await tx.insertTurn(turn);
        await tx.insertTurn(turnRow(two.id));
        await tx.updateTurn((turns[1] as TurnRow).id, { status: "running" });
      });
      expect(await store.findNextTurn(one.id)).toEqual(turns[0]);
      const queued = await store.listQueuedTurns(one.id);
      expect(queued).toEqual(turns.filter((_, index) => index !== 1).map(({ id }) => id));
    });

    it("has an oldest turn that is not over, up to a turn, and a newest before a turn", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const { id: other } = await insertSession(store);
      const statuses = ["completed", "cancelled", "running", "cancelled", "queued"] as const;
      const turns = statuses.map((status) => turnRow(id, { status }));
      await store.write(async (tx) => {
        for (const turn of [turnRow(other), ...turns, turnRow(other)]) await tx.insertTurn(turn);
      });
      const at = (n: number) => turns[n]?.id as TurnId;
      expect(await store.findOpenTurn(id)).toMatchObject({ id: at(2) });
      expect(await store.findOpenTurn(id, at(1))).toBeUndefined();
      expect(await store.findOpenTurn(id, at(2))).toMatchObject({ id: at(2) });
      expect(await store.findOpenTurn(id, at(3))).toMatchObject({ id: at(2) });
      expect(await store.findLastTurn(id)).toMatchObject({ id: at(4) });
      expect(await store.findLastTurn(id, at(2))).toMatchObject({ id: at(1) });
      expect(await store.findLastTurn(id, at(0))).toBeUndefined();
      const { id: empty } = await insertSession(store);
      expect([await store.findOpenTurn(empty), await store.findLastTurn(empty)]).toEqual([undefined, undefined]);
    });
  });

  describe(`store: ${name}: approvals`, () => {
    it("come back as they were asked, and as they were answered", async () => {
      await using store = await openEmpty();
      const { id: sessionId } = await insertSession(store);
      const bare = await insertApproval(store, { sessionId });
      const suggestedRules = ["Bash(ls *)"];
      const told = await insertApproval(store, { sessionId, title: "May I?", description: "it", suggestedRules });
      expect(await store.findApproval(bare.id)).toEqual({ ...bare, position: 1 });
      expect(await store.findApproval(told.id)).toEqual({ ...told, position: 2 });
      const answer = { decision: "deny", message: "no" } as const;
      const closed = { state: "denied", used: true, answer, answeredBy: "ann", closedAt: NOW } as const;
      const asked = { generation: 2, key: "again" };
      await store.write((tx) => tx.updateApproval(bare.id, { ...closed, ...asked }));
      expect(await store.findApproval(bare.id)).toEqual({ ...bare, ...closed, ...asked, position: 1 });
      expect(await store.findApproval(told.id)).toEqual({ ...told, position: 2 });
    });

    it("are listed newest first, of their owner, by session, state and place, without those of deleted sessions", async () => {
      await using store = await openEmpty();
      const { id: first } = await insertSession(store);
      const { id: second } = await insertSession(store);
      const { id: foreign } = await insertSession(store, { owner: "bob" });
      const { id: deleted } = await insertSession(store, { deleted: true });
      for (const sessionId of [first, second, foreign, deleted, first]) await insertApproval(store, { sessionId });
      await insertApproval(store, { sessionId: second, state: "allowed" });
      const positions = async (query: Partial<ListApprovals>) =>
        (await store.listApprovals({ owner: "ann", limit: 10, ...query })).map(({ position }) => position);
      expect(await positions({})).toEqual([6, 5, 2, 1]);
      expect(await positions({ limit: 2, before: 6 })).toEqual([5, 2]);
      expect(await positions({ sessionId: second })).toEqual([6, 2]);
      expect(await positions({ state: "open" })).toEqual([5, 2, 1]);
      expect(await positions({ owner: "bob" })).toEqual([3]);
    });

    it("of a turn are listed in their order but for what was withdrawn, and go with their session", async () => {
      await using store = await openEmpty();
      const { id: sessionId } = await insertSession(store);
      const turnId = TurnId.parse(randomUUID());
      const own = [
        await insertApproval(store, { sessionId, turnId }),
        await insertApproval(store, { sessionId, turnId }),
      ];
      await insertApproval(store, { sessionId });
      await insertApproval(store, { sessionId, turnId, state: "withdrawn" });
      expect((await store.listTurnApprovals(turnId)).map(({ id }) => id)).toEqual(own.map(({ id }) => id));
      await store.write((tx) => tx.deleteSession(sessionId));
      expect(await store.listTurnApprovals(turnId)).toEqual([]);
    });

    it("that were withdrawn are trimmed to those of the session that were asked last", async () => {
      await using store = await openEmpty();
      const { id: sessionId } = await insertSession(store);
      const { id: other } = await insertSession(store);
      await insertApproval(store, { sessionId, state: "denied" });
      for (const id of [sessionId, other, sessionId, other, sessionId, other])
        await insertApproval(store, { sessionId: id, state: "withdrawn" });
      await insertApproval(store, { sessionId });
      const positions = async (id: SessionId) =>
        (await store.listApprovals({ owner: "ann", limit: 10, sessionId: id })).map(({ position }) => position);
      await store.write((tx) => tx.trimWithdrawnApprovals(sessionId, 3));
      expect(await positions(sessionId)).toEqual([8, 6, 4, 2, 1]);
      await store.write((tx) => tx.trimWithdrawnApprovals(sessionId, 1));
      expect(await positions(sessionId)).toEqual([8, 6, 1]);
      expect(await positions(other)).toEqual([7, 5, 3]);
    });
  });

  describe(`store: ${name}: events`, () => {
    it("come back byte for byte, in order, after the cursor", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const rows = eventRows(1, 20, (seq) => `{"seq":${seq},"text":"é😀\\u0000\\n${"x".repeat(seq)}"}`);
      await store.write((tx) => tx.insertEvents(id, rows));
      expect(await store.readEvents(id, { after: 5, limit: 100, maxBytes: 1e6 })).toEqual(rows.slice(5));
      expect(await store.readEvents(id, { after: 20, limit: 100, maxBytes: 1e6 })).toEqual([]);
    });

    it("come back as one text too, with what stands around each, paged alike", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const rows = eventRows(1, 20, (seq) => `{"seq":${seq},"text":"é😀\\u0000\\n${"x".repeat(seq)}"}`);
      await store.write((tx) => tx.insertEvents(id, rows));
      const form = { before: "data: '", between: "%\nid: ", behind: "\n\n" };
      const textOf = (some: typeof rows) => some.map(({ seq, json }) => `data: '${json}%\nid: ${seq}\n\n`).join("");
      const read = (page: { after: number; limit?: number; maxBytes?: number }) =>
        store.readEventText(id, { limit: 100, maxBytes: 1e6, ...page }, form);
      expect(await read({ after: 5 })).toEqual({ first: 6, last: 20, bytes: Buffer.from(textOf(rows.slice(5))) });
      expect(await read({ after: 5, limit: 2 })).toMatchObject({ first: 6, last: 7 });
      expect(await read({ after: 5, maxBytes: 90 })).toMatchObject({ first: 6, last: 7 });
      expect(await read({ after: 5, maxBytes: 1 })).toMatchObject({ first: 6, last: 6 });
      expect(await read({ after: 20 })).toBeUndefined();
    });

    it("come as one text in their order, also where those of several sessions lie between each other", async () => {
      await using store = await openEmpty();
      const [one, two] = [await insertSession(store), await insertSession(store)];
      for (let first = 1; first < 100; first += 10)
        for (const { id } of [one, two]) await store.write((tx) => tx.insertEvents(id, eventRows(first, first + 9)));
      const form = { before: "", between: "", behind: "," };
      const text = await store.readEventText(one.id, { after: 0, limit: 100, maxBytes: 1e6 }, form);
      const rows = await store.readEvents(one.id, { after: 0, limit: 100, maxBytes: 1e6 });
      expect(rows).toHaveLength(100);
      expect(String(text?.bytes)).toBe(rows.map(({ seq, json }) => `${json}${seq},`).join(""));
    });

    it("whose beginning is removed come as they are, and as text never as if nothing were missing", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      await store.write((tx) => tx.insertEvents(id, eventRows(1, 20)));
      await store.write((tx) => tx.trimSession(id, { limit: 5, maxBytes: 1e6 }));
      const form = { before: "", between: "", behind: "" };
      const firstOf = async (after: number, limit: number) =>
        (await store.readEventText(id, { after, limit, maxBytes: 1e6 }, form))?.first;
      expect(await seqs(store, id, { after: 0, limit: 2 })).toEqual([6, 7]);
      expect(await seqs(store, id, { after: 3, limit: 4 })).toEqual([6, 7, 8, 9]);
      expect([6, undefined]).toContain(await firstOf(0, 2));
      expect([6, undefined]).toContain(await firstOf(0, 20));
      expect(await firstOf(5, 4)).toBe(6);
    });

    it("belong to one session", async () => {
      await using store = await openEmpty();
      const [one, two] = [await insertSession(store), await insertSession(store)];
      await store.write((tx) => tx.insertEvents(one.id, eventRows(1, 3)));
      await store.write((tx) => tx.insertEvents(two.id, eventRows(1, 2)));
      expect(await seqs(store, one.id, {})).toEqual([1, 2, 3]);
      expect(await seqs(store, two.id, {})).toEqual([1, 2]);
    });

    it("are paged by number and by bytes", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      await store.write((tx) =>
        tx.insertEvents(
          id,
          eventRows(1, 9, () => "x".repeat(100)),
        ),
      );
      expect(await seqs(store, id, { limit: 4 })).toEqual([1, 2, 3, 4]);
      expect(await seqs(store, id, { after: 4, maxBytes: 300 })).toEqual([5, 6, 7]);
      expect(await seqs(store, id, { after: 4, maxBytes: 399 })).toEqual([5, 6, 7]);
    });

    it("are never stuck behind one that is larger than a page", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const huge = "h".repeat(5_000_000);
      await store.write((tx) =>
        tx.insertEvents(
          id,
          eventRows(1, 3, (seq) => (seq === 2 ? huge : "small")),
        ),
      );
      expect(await seqs(store, id, { maxBytes: 1000 })).toEqual([1]);
      expect(await store.readEvents(id, { after: 1, limit: 10, maxBytes: 1000 })).toEqual([{ seq: 2, json: huge }]);
      expect(await seqs(store, id, { after: 2, maxBytes: 1000 })).toEqual([3]);
    });

    it("may come in thousands at once", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      await store.write((tx) => tx.insertEvents(id, eventRows(1, 2500)));
      expect(await seqs(store, id, { limit: 5000 })).toEqual(eventRows(1, 2500).map(({ seq }) => seq));
    });

    it("never share a number: the second writer is refused and leaves nothing", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      await store.write((tx) => tx.insertEvents(id, eventRows(1, 2)));
      const again = store.write((tx) => tx.insertEvents(id, eventRows(2, 4)));
      await expect(again).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
      expect(await seqs(store, id, {})).toEqual([1, 2]);
    });
  });

  describe(`store: ${name}: the transcript`, () => {
    it("comes back byte for byte, in the order it was written, of all its files, after a position", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const rows = [
        transcriptRow("one é😀\u0000\n"),
        transcriptRow("two", { subpath: "subagents/a" }),
        transcriptRow("three", { uuid: undefined, type: "mode" }),
      ];
      await store.write((tx) => tx.insertTranscript(id, rows.slice(0, 2)));
      await store.write((tx) => tx.insertTranscript(id, rows.slice(2)));
      const read = await store.readTranscript(id, { after: 0, maxBytes: 1e9 });
      expect(read).toEqual(rows.map((row) => ({ ...row, position: expect.any(Number) })));
      const [first] = read;
      expect(await transcriptTexts(store, id, { after: first?.position ?? 0 })).toEqual(["subagents/a: two", "three"]);
    });

    it("is paged by bytes, and never stuck behind a line that is larger than a page", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const texts = ["a".repeat(100), "é".repeat(5000), "b".repeat(100), "c".repeat(100)];
      await store.write((tx) =>
        tx.insertTranscript(
          id,
          texts.map((text) => transcriptRow(text)),
        ),
      );
      const pages: number[] = [];
      for (let after = 0; ; ) {
        const page = await store.readTranscript(id, { after, maxBytes: 300 });
        if (page.length === 0) break;
        pages.push(page.length);
        after = page.at(-1)?.position ?? 0;
      }
      expect(pages).toEqual([1, 1, 2]);
    });

    it("may be thousands of lines long", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const rows = Array.from({ length: 2500 }, (_, n) => transcriptRow(`${n}`));
      await store.write((tx) => tx.insertTranscript(id, rows));
      const seen: string[] = [];
      for (let after = 0; ; ) {
        const page = await store.readTranscript(id, { after, maxBytes: 1e9 });
        if (page.length === 0) break;
        seen.push(...page.map(({ json }) => json));
        after = page.at(-1)?.position ?? 0;
      }
      expect(seen).toEqual(rows.map(({ json }) => json));
    });

    it("keeps the first of two lines of a file with the same id, and every line without one", async () => {
      await using store = await openEmpty();
      const [one, two] = [await insertSession(store), await insertSession(store)];
      await store.write(async (tx) => {
        await tx.insertTranscript(one.id, [
          transcriptRow("first", { uuid: "u" }),
          transcriptRow("again", { uuid: "u" }),
        ]);
        await tx.insertTranscript(one.id, [transcriptRow("helper's", { uuid: "u", subpath: "a" })]);
        await tx.insertTranscript(one.id, [
          transcriptRow("x", { uuid: undefined }),
          transcriptRow("x", { uuid: undefined }),
        ]);
        await tx.insertTranscript(two.id, [transcriptRow("another session's", { uuid: "u" })]);
      });
      await store.write((tx) => tx.insertTranscript(one.id, [transcriptRow("later", { uuid: "u" })]));
      expect(await transcriptTexts(store, one.id)).toEqual(["first", "a: helper's", "x", "x"]);
      expect(await transcriptTexts(store, two.id)).toEqual(["another session's"]);
    });

    it("has a tail once it holds the prompt: its newest message, of whatever comes after", async () => {
      await using store = await openEmpty();
      const [one, two] = [await insertSession(store), await insertSession(store)];
      const add = (...rows: TranscriptRow[]) => store.write((tx) => tx.insertTranscript(one.id, rows));
      const tail = async (id = one.id) => {
        const json = await store.findTranscriptTail(id, "prompt");
        return json && JSON.parse(json).text;
      };
      await add(transcriptRow("earlier"), transcriptRow("a helper's", { uuid: "prompt", subpath: "a" }));
      expect(await tail()).toBeUndefined();
      await add(transcriptRow("the prompt", { uuid: "prompt" }));
      expect(await tail()).toBe("the prompt");
      await add(transcriptRow("an answer", { type: "assistant" }));
      expect(await tail()).toBe("an answer");
      await add(transcriptRow("a title", { type: "summary" }), transcriptRow("a helper's", { subpath: "a" }));
      expect(await tail()).toBe("an answer");
      expect(await tail(two.id)).toBeUndefined();
    });

    it("has a last line: the newest of its main file that has an id", async () => {
      await using store = await openEmpty();
      const [one, two] = [await insertSession(store), await insertSession(store)];
      const [said, title] = [transcriptRow("said"), transcriptRow("a title", { type: "summary" })];
      await store.write((tx) => tx.insertTranscript(one.id, [said]));
      expect(await store.findLastTranscriptLine(one.id)).toBe(said.json);
      const others = [transcriptRow("a mode", { uuid: undefined }), transcriptRow("a helper's", { subpath: "a" })];
      await store.write((tx) => tx.insertTranscript(one.id, [title, ...others]));
      expect(await store.findLastTranscriptLine(one.id)).toBe(title.json);
      expect(await store.findLastTranscriptLine(two.id)).toBeUndefined();
    });

    it("is read up to a position, where one is named", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const rows = ["one", "two", "three"].map((text) => transcriptRow(text));
      await store.write((tx) => tx.insertTranscript(id, rows));
      const [, , last] = await store.readTranscript(id, { after: 0, maxBytes: 1e9 });
      const page = await store.readTranscript(id, { after: 0, before: last?.position, maxBytes: 1e9 });
      expect(page).toMatchObject(rows.slice(0, 2));
    });

    it("tells where the first prompt after a turn is, in its main file, of the session's own turns, else its end", async () => {
      await using store = await openEmpty();
      const [one, two] = [await insertSession(store), await insertSession(store)];
      const turns = [turnRow(one.id), turnRow(one.id), turnRow(one.id)] as const;
      const prompt = (n: 0 | 1 | 2, fields: Partial<TranscriptRow> = {}) =>
        transcriptRow(`prompt ${n}`, { uuid: turns[n].id, ...fields });
      await store.write(async (tx) => {
        for (const turn of turns) await tx.insertTurn(turn);
        await tx.insertTranscript(one.id, [prompt(0), prompt(2, { subpath: "a" }), transcriptRow("said"), prompt(2)]);
        await tx.insertTranscript(two.id, [prompt(0)]);
      });
      const findText = async (id: SessionId, turnId: TurnId | undefined) => {
        const position = await store.findTranscriptEnd(id, turnId);
        const [row] = await store.readTranscript(id, { after: position - 1, maxBytes: 1 });
        return JSON.parse(row?.json ?? "{}").text;
      };
      expect(await findText(one.id, undefined)).toBe("prompt 0");
      expect(await findText(one.id, turns[0].id)).toBe("prompt 2"); // the second never ran
      expect(await findText(one.id, turns[1].id)).toBe("prompt 2");
      expect(await findText(two.id, undefined)).toBeUndefined();
      const before = await store.findTranscriptEnd(one.id, turns[2].id);
      await store.write((tx) => tx.insertTranscript(one.id, [transcriptRow("later")]));
      expect(await store.readTranscript(one.id, { after: 0, before, maxBytes: 1e9 })).toHaveLength(4);
      const { id: silent } = await insertSession(store);
      expect(
        await store.readTranscript(silent, {
          after: 0,
          before: await store.findTranscriptEnd(silent, undefined),
          maxBytes: 1,
        }),
      ).toEqual([]);
    });

    it("is undone with the work that wrote it", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      const written = store.write(async (tx) => {
        await tx.insertTranscript(id, [transcriptRow("lost")]);
        throw new Error("the rules say no");
      });
      await expect(written).rejects.toThrow("the rules say no");
      expect(await transcriptTexts(store, id)).toEqual([]);
    });
  });

  describe(`store: ${name}: life`, () => {
    it("deletes a session with its turns, events and transcript, and nothing of others", async () => {
      await using store = await openEmpty();
      const [gone, kept] = [await insertSession(store), await insertSession(store)];
      const turns = [turnRow(gone.id), turnRow(kept.id)] as const;
      await store.write(async (tx) => {
        for (const turn of turns) await tx.insertTurn(turn);
        for (const { id } of [gone, kept]) {
          await tx.insertEvents(id, eventRows(1, 3));
          await tx.insertTranscript(id, [transcriptRow("said"), transcriptRow("helped", { subpath: "a" })]);
        }
      });
      await store.write((tx) => tx.deleteSession(gone.id));
      expect(await store.findSession(gone.id)).toBeUndefined();
      expect(await store.findTurn(turns[0].id)).toBeUndefined();
      expect(await seqs(store, gone.id, {})).toEqual([]);
      expect(await transcriptTexts(store, gone.id)).toEqual([]);
      expect(await transcriptTexts(store, kept.id)).toEqual(["said", "a: helped"]);
      expect(await store.findTurn(turns[1].id)).toEqual(turns[1]);
      expect(await seqs(store, kept.id, {})).toEqual([1, 2, 3]);
    });

    it("keeps a key for ever, one an owner: its session's deletion leaves it", async () => {
      await using store = await openEmpty();
      const { id: sessionId } = await insertSession(store);
      const key = { owner: "ann", key: "k", sessionId, request: "r" };
      await store.write((tx) => tx.insertSessionKey(key));
      const second = store.write((tx) => tx.insertSessionKey({ ...key, request: "other" }));
      await expect(second).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
      await store.write((tx) => tx.deleteSession(sessionId));
      expect(await store.findSessionKey("ann", "k")).toEqual(key);
      expect(await store.findSessionKey("bob", "k")).toBeUndefined();
    });

    it("trims what a session has written piece by piece, the oldest first, and leaves it and others", async () => {
      await using store = await openEmpty();
      const [one, other] = [await insertSession(store), await insertSession(store)];
      const turns = [turnRow(one.id), turnRow(one.id), turnRow(other.id)] as const;
      await store.write(async (tx) => {
        for (const turn of turns) await tx.insertTurn(turn);
        for (const { id } of [one, other]) {
          await tx.insertEvents(id, eventRows(1, 5));
          await tx.insertTranscript(id, [transcriptRow("said"), transcriptRow("helped", { subpath: "a" })]);
        }
      });
      const approval = await insertApproval(store, { sessionId: one.id, turnId: turns[0].id });
      const trim = () => store.write((tx) => tx.trimSession(one.id, { limit: 3, maxBytes: 1e9 }));
      expect([await trim(), await seqs(store, one.id, {})]).toEqual([true, [4, 5]]);
      expect([await trim(), await seqs(store, one.id, {})]).toEqual([true, []]);
      expect(await transcriptTexts(store, one.id)).toEqual(["a: helped"]);
      expect([await trim(), await store.findApproval(approval.id)]).toEqual([true, undefined]);
      expect([await store.findTurn(turns[0].id), await store.findTurn(turns[1].id)]).toEqual([undefined, turns[1]]);
      expect([await trim(), await trim()]).toEqual([false, false]);
      expect(await store.findTurn(turns[1].id)).toBeUndefined();
      expect(await store.findSession(one.id)).toMatchObject(one);
      expect(await seqs(store, other.id, {})).toEqual([1, 2, 3, 4, 5]);
      expect(await transcriptTexts(store, other.id)).toEqual(["said", "a: helped"]);
      expect(await store.findTurn(turns[2].id)).toEqual(turns[2]);
    });

    it("trims a piece of about so many bytes, and is never stuck at a row that is larger", async () => {
      await using store = await openEmpty();
      const { id } = await insertSession(store);
      await store.write(async (tx) => {
        await tx.insertEvents(
          id,
          eventRows(1, 4, (seq) => "é".repeat(seq === 2 ? 5000 : 50)),
        );
        await tx.insertTranscript(id, [transcriptRow("a".repeat(200)), transcriptRow("b")]);
      });
      const left: unknown[] = [];
      for (let more = true; more; ) {
        more = await store.write((tx) => tx.trimSession(id, { limit: 100, maxBytes: 300 }));
        left.push([...(await seqs(store, id, {})), ...(await transcriptTexts(store, id)).map((text) => text[0])]);
      }
      expect(left).toEqual([[2, 3, 4, "a", "b"], [3, 4, "a", "b"], ["b"], []]);
    });

    it("takes the deletion of an unknown session", async () => {
      await using store = await openEmpty();
      expect(await store.write((tx) => tx.trimSession(sessionRow().id, { limit: 1, maxBytes: 1 }))).toBe(false);
      await expect(store.write((tx) => tx.deleteSession(sessionRow().id))).resolves.toBeUndefined();
    });

    it("keeps audit rows in their order with a head of its own, to be listed by actor through a window", async () => {
      await using store = await openEmpty();
      const beginning = await store.findAuditHead();
      expect(beginning).toEqual({ seq: 0, hash: "0".repeat(64) });
      const id = () => SessionId.parse(randomUUID());
      const ids = [id(), id(), id()] as const;
      const rows = Array.from({ length: 9 }, (_, index): AuditRow => {
        const actor = index % 3 === 2 ? "bob" : "ann";
        const fields = {
          at: `2026-01-0${index + 1}T00:00:00.000Z`,
          action: `a${index % 2}`,
          outcome: "ok",
          omitted: index,
        };
        const named = {
          ...(index > 1 && { sessionId: ids[(index % 3) as 0 | 1 | 2] }),
          ...(index > 3 && { targetId: ids[0] }),
        };
        const origin = { requestId: `r${index}`, ...(index > 4 && { remoteAddress: "::1" }) };
        return {
          seq: index + 1,
          actor,
          ...fields,
          ...named,
          ...origin,
          previousHash: `h${index}`,
          hash: `h${index + 1}`,
        };
      });
      const seen: AuditHead[] = [];
      await store.write(async (tx) => {
        for (const row of rows) {
          await tx.insertAudit(row);
          seen.push(await tx.findAuditHead());
        }
      });
      expect(seen).toEqual(rows.map(({ seq, hash }) => ({ seq, hash })));
      expect(await store.findAuditHead()).toEqual({ seq: 9, hash: "h9" });
      expect(await store.readAudit({ after: 0, limit: 100 })).toEqual(rows);
      expect(await store.readAudit({ after: 4, limit: 2 })).toEqual(rows.slice(4, 6));

      const list = async (query: Partial<ListAudit>) =>
        (await store.listAudit({ actor: "ann", limit: 100, window: 100, ...query })).map(({ seq }) => seq);
      expect(await list({})).toEqual([8, 7, 5, 4, 2, 1]);
      expect(await list({ limit: 2, before: 7 })).toEqual([5, 4]);
      expect(await list({ window: 2 })).toEqual([8, 7]);
      expect(await list({ action: "a1" })).toEqual([8, 4, 2]);
      expect(await list({ action: "a1", window: 3 })).toEqual([8]);
      expect(await list({ since: "2026-01-05T00:00:00.000Z" })).toEqual([8, 7, 5]);
      expect(await list({ sessionId: ids[0] })).toEqual([8, 7, 5, 4]);
      expect(await list({ sessionId: ids[1] })).toEqual([8, 5]);
      const end = async (window: number, before?: number) =>
        (await store.findAuditWindowEnd({ actor: "ann", window, ...(before && { before }) }))?.seq;
      expect([await end(2), await end(6), await end(7), await end(2, 7)]).toEqual([7, 1, undefined, 4]);
    });

    it("undoes an audit row with its work, and the head with it", async () => {
      await using store = await openEmpty();
      const row = (seq: number): AuditRow => ({
        seq,
        at: NOW,
        actor: "ann",
        action: "a",
        outcome: "ok",
        requestId: "r",
        omitted: 0,
        previousHash: "p",
        hash: `h${seq}`,
      });
      const works = [1, 2, 2].map((seq, index) =>
        store.write(async (tx) => {
          await tx.insertAudit(row(seq));
          if (index === 1) throw new Error("no");
          return tx.findAuditHead();
        }),
      );
      const [first, second, third] = await Promise.allSettled(works);
      expect(first).toMatchObject({ value: { seq: 1 } });
      expect(second).toMatchObject({ status: "rejected" });
      expect(third).toMatchObject({ value: { seq: 2 } });
      expect(await store.findAuditHead()).toEqual({ seq: 2, hash: "h2" });
    });

    it("answers a check while it is open", async () => {
      await using store = await openEmpty();
      await expect(store.check()).resolves.toBeUndefined();
    });

    it("closes after the writes that were accepted", async () => {
      const database = randomUUID();
      const store = await open(database);
      const rows = Array.from({ length: 600 }, () => sessionRow());
      const writes = rows.map((row) => store.write((tx) => tx.insertSession(row)));
      await store.close();
      await Promise.all(writes);
      await using again = await open(database);
      expect(await again.listSessions({ owner: "ann", limit: 1000 })).toHaveLength(600);
    });

    it("refuses writes once it is closing, and closes twice", async () => {
      const store = await openEmpty();
      const closing = store.close();
      await expect(insertSession(store)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
      await Promise.all([closing, store.close()]);
      await expect(insertSession(store)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    });
  });
}
