import { randomUUID } from "node:crypto";
import { CcError, type SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { openTestCore, type TestCore } from "../core.test-helper.ts";
import type { AuditedCall } from "./audit.ts";

/** Calls as the edge does: what is thrown becomes a result. */
function recordAs(t: TestCore, call: Partial<AuditedCall>, work: () => Promise<unknown>) {
  const asked = { actor: "ann", action: "test.call", requestId: "r", ...call };
  const settle = () =>
    work().then(
      (value) => ({ value, code: "ok" }),
      (error: CcError) => ({ value: undefined, code: error.code }),
    );
  return t.core.audit.record(asked, settle, ({ code }) => code);
}

function rowsOf(t: TestCore) {
  return t.store.readAudit({ after: 0, limit: 1000 });
}

const create =
  (t: TestCore, idempotencyKey = "k") =>
  () =>
    t.core.sessions.create({ owner: "ann", config: {}, idempotencyKey });

describe("the audit log", () => {
  it("leaves changes that share a commit in its order, for who hears of them", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const rings: number[] = [];
    t.bus.subscribe(`events:${sessionId}`, (_topic, seq) => void rings.push(seq));
    const send = () => t.send(sessionId);
    const writers = Array.from({ length: 20 }, (_, n) => (n % 2 ? send() : recordAs(t, { sessionId }, send)));
    await Promise.all(writers);
    expect(rings).toHaveLength(20);
    expect(rings).toEqual(rings.toSorted((a, b) => a - b));
  });

  it("has one row of each call that changes something, with what it made", async () => {
    await using t = await openTestCore();
    await recordAs(t, { action: "sessions.create" }, create(t));
    const sessionId = (await rowsOf(t))[0]?.sessionId as SessionId;
    expect(sessionId).toBe((await t.core.sessions.list({ owner: "ann", limit: 1 })).sessions[0]?.id);
    await recordAs(t, { action: "sessions.create" }, create(t)); // the same key again
    await t.core.links.ready({ sessionId, generation: 1 });
    const send = () => t.core.turns.send({ owner: "ann", sessionId, prompt: "my secret prompt", idempotencyKey: "t" });
    await recordAs(t, { action: "chat.send", sessionId }, send);
    await recordAs(t, { action: "chat.send", sessionId }, send);
    await recordAs(t, { action: "sessions.fork", sessionId }, () =>
      t.core.sessions.fork({ owner: "ann", sessionId, config: {} }),
    );
    await recordAs(t, { action: "sessions.stop", sessionId }, () => t.core.sessions.stop({ owner: "ann", sessionId }));
    await recordAs(t, { action: "sessions.delete", sessionId }, () =>
      t.core.sessions.delete({ owner: "ann", sessionId }),
    );
    const fork = (await t.core.sessions.list({ owner: "ann", limit: 1 })).sessions[0]?.id;
    const rows = await rowsOf(t);
    const turnId = rows[2]?.targetId;
    expect(turnId).toMatch(/^[0-9a-f-]{36}$/);
    expect(
      rows.map(({ seq, action, outcome, sessionId: id, targetId }) => [seq, action, outcome, id, targetId]),
    ).toEqual([
      [1, "sessions.create", "ok", sessionId, undefined],
      [2, "sessions.create", "ok", sessionId, undefined],
      [3, "chat.send", "ok", sessionId, turnId],
      [4, "chat.send", "ok", sessionId, turnId],
      [5, "sessions.fork", "ok", sessionId, fork],
      [6, "sessions.stop", "ok", sessionId, undefined],
      [7, "sessions.delete", "ok", sessionId, undefined],
    ]);
    expect(JSON.stringify(rows)).not.toContain("secret");
  });

  it("has the row in the commit of the effect: neither is there without the other", async () => {
    await using t = await openTestCore();
    const works: string[] = [];
    const { write } = t.store;
    t.store.write = (work) => {
      works.push("write");
      return write(work);
    };
    await recordAs(t, {}, create(t));
    expect([works.length, (await rowsOf(t)).length]).toEqual([1, 1]);
    t.store.write = (work) =>
      write(async (tx) => {
        await work(tx);
        throw new CcError("STORE_FULL", "The disk is full.");
      });
    await recordAs(t, {}, create(t, "other"));
    t.store.write = write;
    expect([(await rowsOf(t)).length, await t.store.countSessions({ owner: "ann" })]).toEqual([1, 1]);
  });

  it("has the row in the commit of the effect also where that is a turn's alone", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const { write } = t.store;
    let writes = 0;
    t.store.write = (work) => {
      writes += 1;
      return write(work);
    };
    const interrupt = () => t.core.turns.interrupt({ owner: "ann", sessionId, turnId });
    await recordAs(t, { action: "chat.interrupt", sessionId, targetId: turnId }, interrupt);
    expect([writes, await rowsOf(t)]).toMatchObject([1, [{ action: "chat.interrupt", outcome: "ok" }]]);
  });

  it("says what was refused and why, also of what does not exist", async () => {
    await using t = await openTestCore();
    const foreign = await t.openSession("bob");
    const missing = randomUUID() as SessionId;
    for (const sessionId of [foreign, missing]) {
      const send = () => t.core.turns.send({ owner: "ann", sessionId, prompt: "hi", idempotencyKey: "k" });
      await recordAs(t, { action: "chat.send", sessionId, remoteAddress: "10.0.0.1" }, send);
    }
    const refused = { action: "chat.send", outcome: "SESSION_NOT_FOUND", remoteAddress: "10.0.0.1", requestId: "r" };
    expect(await rowsOf(t)).toMatchObject([
      { ...refused, sessionId: foreign },
      { ...refused, sessionId: missing },
    ]);
  });

  it("keeps so many refusals of one actor, and counts the others; what was done is always kept", async () => {
    let nowMs = 0;
    const clock = { nowIso: () => "2026-01-01T00:00:00.000Z", monotonicMs: () => nowMs, setTimer: () => () => {} };
    await using t = await openTestCore({ clock });
    const refuse = (actor = "ann") =>
      recordAs(t, { actor }, () => Promise.reject(new CcError("SESSION_NOT_FOUND", "none")));
    for (let n = 0; n < 100; n += 1) await refuse();
    expect(await rowsOf(t)).toHaveLength(60);
    await refuse("bob");
    await recordAs(t, {}, create(t));
    nowMs += 1000;
    await refuse();
    await refuse();
    expect((await rowsOf(t)).slice(60).map(({ actor, outcome, omitted }) => [actor, outcome, omitted])).toEqual([
      ["bob", "SESSION_NOT_FOUND", 0],
      ["ann", "ok", 0],
      ["ann", "SESSION_NOT_FOUND", 40],
    ]);
  });

  it("keeps so many calls without effect of one actor, and counts the others with its refusals", async () => {
    let nowMs = 0;
    const clock = { nowIso: () => "2026-01-01T00:00:00.000Z", monotonicMs: () => nowMs, setTimer: () => () => {} };
    await using t = await openTestCore({ clock });
    await recordAs(t, { requestId: "first" }, create(t));
    for (let n = 0; n < 100; n += 1) await recordAs(t, { requestId: "again" }, create(t)); // under the same key
    expect(await rowsOf(t)).toHaveLength(61);
    await recordAs(t, { requestId: "another" }, create(t, "another"));
    nowMs += 1000;
    await recordAs(t, { requestId: "later" }, () => Promise.reject(new CcError("SESSION_NOT_FOUND", "none")));
    expect((await rowsOf(t)).slice(61).map(({ requestId, omitted }) => [requestId, omitted])).toEqual([
      ["another", 0],
      ["later", 40],
    ]);
  });

  it("keeps so many calls without effect also where a session is looked after for them", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const session = { owner: "ann", sessionId };
    const calls = {
      interrupt: () => t.core.turns.interrupt({ ...session, turnId }),
      pause: () => t.core.sessions.pause(session),
      resume: () => t.core.sessions.resume(session),
      stop: () => t.core.sessions.stop(session),
    };
    for (const [actor, work] of Object.entries(calls))
      for (let n = 0; n < 70; n += 1) await recordAs(t, { actor, sessionId }, work);
    const actors = (await rowsOf(t)).map(({ actor }) => actor);
    for (const name of Object.keys(calls)) expect(actors.filter((actor) => actor === name).length).toBeLessThan(70);
    expect((await rowsOf(t)).every(({ outcome }) => outcome === "ok")).toBe(true);
  });

  it("answers a refusal though it cannot be kept, and fails what has no effect and no row", async () => {
    await using t = await openTestCore();
    t.store.write = () => Promise.reject(new CcError("STORE_FULL", "The disk is full."));
    const refused = recordAs(t, {}, () => Promise.reject(new CcError("SESSION_NOT_FOUND", "none")));
    expect(await refused).toMatchObject({ code: "SESSION_NOT_FOUND" });
    await expect(recordAs(t, {}, async () => "nothing to do")).rejects.toMatchObject({ code: "STORE_FULL" });
  });

  it("is no part of what goes on after a call, nor of calls at the same time", async () => {
    await using t = await openTestCore();
    const after = Promise.withResolvers<void>();
    let later: Promise<unknown> | undefined;
    await recordAs(t, { action: "refused" }, async () => {
      later = after.promise.then(() => t.openSession("bob"));
      throw new CcError("SESSION_NOT_FOUND", "none");
    });
    after.resolve();
    await later;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => recordAs(t, { action: `sessions.create ${n}` }, create(t, `k${n}`))),
    );
    const rows = await rowsOf(t);
    expect(rows.map(({ action }) => action).toSorted()).toEqual(
      ["refused", ...Array.from({ length: 20 }, (_, n) => `sessions.create ${n}`)].toSorted(),
    );
    expect(new Set(rows.map(({ sessionId }) => sessionId)).size).toBe(21);
  });

  it("is listed page by page, newest first, and to each actor its own", async () => {
    await using t = await openTestCore();
    for (let n = 1; n <= 5; n += 1) {
      await recordAs(t, { action: `a${n}` }, create(t, `k${n}`));
      await recordAs(t, { actor: "bob", action: "theirs" }, async () => "nothing");
    }
    const read = async (query: object) => {
      const actions: string[] = [];
      for (let cursor: string | undefined, first = true; first || cursor; first = false) {
        const page = await t.core.audit.list({ actor: "ann", limit: 2, ...query, ...(cursor && { cursor }) });
        actions.push(...page.entries.map(({ action }) => action));
        cursor = page.nextCursor;
      }
      return actions;
    };
    expect(await read({})).toEqual(["a5", "a4", "a3", "a2", "a1"]);
    expect(await read({ action: "a2" })).toEqual(["a2"]);
    expect(await read({ since: "2999-01-01T00:00:00Z" })).toEqual([]);
    expect(await read({ since: "2000-01-01T00:00:00Z" })).toHaveLength(5);
    const [entry] = (await t.core.audit.list({ actor: "ann", limit: 1 })).entries;
    expect(await read({ sessionId: entry?.sessionId })).toEqual(["a5"]);
    expect(Object.keys(entry ?? {}).toSorted()).toEqual(["action", "at", "hash", "outcome", "requestId", "sessionId"]);
    await expect(t.core.audit.list({ actor: "ann", limit: 1, cursor: "x" })).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
  });
});
