import { randomUUID } from "node:crypto";
import { CcError, type SessionId } from "@cc-docker/protocol";
import { describe, expect, it, vi } from "vitest";
import type { StoreWriter } from "../../ports/store/store.ts";
import { openTestCore, refused } from "../core.test-helper.ts";

const MISSING = randomUUID() as SessionId;

describe("a session", () => {
  it("stopped and woken twice while the engine is slow gets the last of its instances", async () => {
    await using t = await openTestCore();
    const slow = Promise.withResolvers<void>();
    t.runtime.beforeStart = () => slow.promise; // the engine hears no abort
    const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
    const stops = [t.core.sessions.stop({ owner: "ann", sessionId: id })];
    await expect.poll(async () => (await t.store.findSession(id))?.status, { interval: 1 }).toBe("stopped");
    await t.send(id);
    stops.push(t.core.sessions.stop({ owner: "ann", sessionId: id }));
    await expect.poll(async () => (await t.store.findSession(id))?.status, { interval: 1 }).toBe("stopped");
    await t.send(id);
    expect(await t.store.findSession(id)).toMatchObject({ generation: 3, status: "starting" });
    slow.resolve();
    await Promise.all(stops);
    await expect.poll(() => t.runtime.instances.get(id)?.generation, { interval: 1 }).toBe(3);
  });

  it("is on disk as starting when it was created, and becomes idle once its agent is ready", async () => {
    await using t = await openTestCore();
    const created = await t.core.sessions.create({ owner: "ann", config: { model: "opus" } });
    expect(created).toMatchObject({ status: "starting", config: { model: "opus" }, lastSeq: 1, turnCount: 0 });
    await t.core.links.ready({ sessionId: created.id, generation: 1 });
    expect(await t.core.sessions.get({ owner: "ann", sessionId: created.id })).toMatchObject({ status: "idle" });
    const types = (await t.readEvents(created.id)).map(({ type }) => type);
    expect(types).toEqual(["session.starting", "session.idle"]);
  });

  it("works where it was asked to, by the real path, and its instances are told whose that is", async () => {
    await using t = await openTestCore();
    const specs: object[] = [];
    t.runtime.beforeStart = async (spec) => void specs.push(spec);
    const workspace = { type: "host", path: "/link/project" } as const;
    const { id, ...made } = await t.core.sessions.create({ owner: "ann", config: {}, workspace });
    expect(made.workspace).toEqual({ type: "host", path: "/real/project" });
    await t.core.links.ready({ sessionId: id, generation: 1 });
    await t.core.sessions.stop({ owner: "ann", sessionId: id });
    await t.send(id);
    const directory = { path: "/real/project", uid: 12_345, gid: 100 };
    await expect.poll(() => specs, { interval: 1 }).toMatchObject([{ directory }, { generation: 2, directory }]);
    expect(await t.core.links.prepareStart(id)).toMatchObject({ user: { uid: 12_345, gid: 100 } });
    const plain = await t.core.sessions.create({ owner: "ann", config: {}, workspace: { type: "ephemeral" } });
    expect(plain.workspace).toEqual({ type: "ephemeral" });
    expect(await t.core.links.prepareStart(plain.id)).toEqual({ config: {} });
  });

  it("is not made where it may not work, but what its key has made already is answered", async () => {
    await using t = await openTestCore();
    const ask = { owner: "ann", config: {}, workspace: { type: "host", path: "/a" }, idempotencyKey: "k" } as const;
    const { id } = await t.core.sessions.create(ask);
    t.runtime.directories.find = () => Promise.reject(new CcError("WORKSPACE_NOT_ALLOWED", "no"));
    expect(await t.core.sessions.create(ask)).toMatchObject({ id });
    const other = { ...ask, workspace: { type: "host", path: "/b" } } as const;
    await expect(t.core.sessions.create(other)).rejects.toMatchObject(refused("IDEMPOTENCY_KEY_REUSED"));
    const another = { ...other, idempotencyKey: "other" };
    await expect(t.core.sessions.create(another)).rejects.toMatchObject(refused("WORKSPACE_NOT_ALLOWED"));
    expect((await t.core.sessions.list({ owner: "ann", limit: 9 })).sessions).toHaveLength(1);
    t.runtime.directories.find = async (path) => ({ path, uid: 1, gid: 1 });
    expect(await t.core.sessions.create(another)).toMatchObject({ status: "starting" }); // the refusal left the key unused
  });

  it("is called what its owner calls it", async () => {
    await using t = await openTestCore();
    const { id, name } = await t.core.sessions.create({ owner: "ann", config: {}, name: "one" });
    expect(name).toBe("one");
    expect(await t.core.sessions.update({ owner: "ann", sessionId: id, name: "two" })).toMatchObject({ name: "two" });
    await t.core.links.ready({ sessionId: id, generation: 1 });
    expect(await t.core.sessions.get({ owner: "ann", sessionId: id })).toMatchObject({ name: "two", status: "idle" });
    expect(await t.core.sessions.update({ owner: "ann", sessionId: id, name: null })).not.toHaveProperty("name");
    const foreign = t.core.sessions.update({ owner: "bob", sessionId: id, name: "mine" });
    await expect(foreign).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
  });

  it("asked for again under its key is the same one, however often and by whomever at once", async () => {
    await using t = await openTestCore();
    const ask = { owner: "ann", config: { model: "opus" }, idempotencyKey: "k" };
    const made = await Promise.all(Array.from({ length: 50 }, () => t.core.sessions.create(ask)));
    const [{ id } = { id: MISSING }] = made;
    expect(new Set(made.map((one) => one.id)).size).toBe(1);
    await t.core.links.ready({ sessionId: id, generation: 1 });
    expect(await t.core.sessions.create(ask)).toMatchObject({ id, status: "idle" });
    expect(t.runtime.instances.size).toBe(1);
    expect((await t.core.sessions.create({ ...ask, owner: "bob" })).id).not.toBe(id);
  });

  it("may not use a key that was given for another configuration, and nothing comes of it", async () => {
    await using t = await openTestCore();
    const ask = { owner: "ann", config: { model: "opus" }, idempotencyKey: "k" };
    const { id } = await t.core.sessions.create(ask);
    const other = t.core.sessions.create({ ...ask, config: {} });
    await expect(other).rejects.toMatchObject(refused("IDEMPOTENCY_KEY_REUSED"));
    expect((await t.core.sessions.list({ owner: "ann", limit: 9 })).sessions.map((one) => one.id)).toEqual([id]);
  });

  it("leaves its key behind when it is deleted: no other comes of that", async () => {
    await using t = await openTestCore();
    const ask = { owner: "ann", config: {}, idempotencyKey: "k" };
    const { id: sessionId } = await t.core.sessions.create(ask);
    await t.core.sessions.delete({ owner: "ann", sessionId });
    await expect(t.core.sessions.create(ask)).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
    expect(t.runtime.owners.size).toBe(0);
  });

  it("that is refused leaves its key free", async () => {
    await using t = await openTestCore();
    const ask = { owner: "ann", idempotencyKey: "k" };
    const refusal = t.core.sessions.create({ ...ask, config: { idleTimeout: 99_999 } });
    await expect(refusal).rejects.toMatchObject(refused("TIMEOUT_TOO_LONG"));
    await expect(t.core.sessions.create({ ...ask, config: {} })).resolves.toMatchObject({ status: "starting" });
  });

  it("asks for a link as soon as its instance runs", async () => {
    await using t = await openTestCore();
    const { promise: wanted, resolve } = Promise.withResolvers<SessionId>();
    t.core.links.onWanted(resolve);
    const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
    expect(await wanted).toBe(id);
    expect(t.runtime.instances.get(id)).toMatchObject({ generation: 1, running: true });
  });

  it("of another owner looks exactly like one that does not exist", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession("bob");
    const turn = { prompt: "hi", idempotencyKey: "k" };
    const signal = AbortSignal.timeout(1000);
    const { core } = t;
    const calls = [
      (id: SessionId) => core.sessions.get({ owner: "ann", sessionId: id }),
      (id: SessionId) => core.sessions.stop({ owner: "ann", sessionId: id }),
      (id: SessionId) => core.sessions.delete({ owner: "ann", sessionId: id }),
      (id: SessionId) => core.turns.send({ owner: "ann", sessionId: id, ...turn }),
      (id: SessionId) => core.turns.ask({ owner: "ann", sessionId: id, ...turn }, signal),
      (id: SessionId) => core.turns.interrupt({ owner: "ann", sessionId: id }),
      (id: SessionId) => core.turns.get({ owner: "ann", sessionId: id, turnId: randomUUID() as never }),
      (id: SessionId) => core.events.read({ owner: "ann", sessionId: id, after: 0, limit: 1 }),
      (id: SessionId) => core.events.follow({ owner: "ann", sessionId: id, after: 0, signal }).next(),
    ];
    for (const call of calls) {
      const [foreign, unknown] = await Promise.all([outcome(call(sessionId)), outcome(call(MISSING))]);
      expect(foreign.code).toBe("SESSION_NOT_FOUND");
      expect({ ...foreign, message: foreign.message.replace(sessionId, MISSING) }).toEqual(unknown);
    }
    expect(await core.sessions.get({ owner: "bob", sessionId })).toMatchObject({ status: "idle" });
  });

  it("is listed newest first to its owner, page by page, each once", async () => {
    await using t = await openTestCore();
    const ids: SessionId[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await t.openSession());
    await t.openSession("bob");
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await t.core.sessions.list({ owner: "ann", limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.sessions.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(ids.toReversed());
  });

  it("is counted when a list is asked for from an offset on", async () => {
    await using t = await openTestCore();
    const ids = [await t.openSession(), await t.openSession(), await t.openSession("bob"), await t.openSession()];
    const page = await t.core.sessions.list({ owner: "ann", limit: 1, offset: 1 });
    expect(page).toMatchObject({ sessions: [{ id: ids[1] }], total: 3 });
    expect(await t.core.sessions.list({ owner: "ann", limit: 1, offset: 3 })).toEqual({ sessions: [], total: 3 });
    expect(await t.core.sessions.list({ owner: "ann", limit: 9 })).not.toHaveProperty("total");
  });

  it("list refuses a cursor that is none", async () => {
    await using t = await openTestCore();
    for (const cursor of ["x", "-1", "0", "1.5", "1e99", ""]) {
      const listing = t.core.sessions.list({ owner: "ann", limit: 2, cursor });
      await expect(listing).rejects.toMatchObject(refused("REQUEST_INVALID"));
    }
  });

  it("that is stopped keeps its log and lets its instance go; stopping again is fine", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    for (let n = 0; n < 2; n += 1) {
      expect(await t.core.sessions.stop({ owner: "ann", sessionId })).toMatchObject({ status: "stopped" });
    }
    expect(t.runtime.instances.size).toBe(0);
    expect(t.runtime.owners).toContain(sessionId);
    expect((await t.readEvents(sessionId)).at(-1)).toMatchObject({
      type: "session.stopped",
      data: { reason: "requested" },
    });
  });

  it("that is stopped while it starts leaves no instance, and does not fail afterwards", async () => {
    await using t = await openTestCore();
    const starting = Promise.withResolvers<void>();
    t.runtime.beforeStart = async (_spec, signal) => {
      starting.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    };
    const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
    await starting.promise;
    await t.core.sessions.stop({ owner: "ann", sessionId: id });
    expect(t.runtime.instances.size).toBe(0);
    expect((await t.readEvents(id)).map(({ type }) => type)).toEqual(["session.starting", "session.stopped"]);
  });

  it("that is stopped while its engine makes the instance all the same leaves none", async () => {
    await using t = await openTestCore();
    const [asked, made] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    t.runtime.beforeStart = async ({ sessionId, generation }) => {
      asked.resolve();
      await made.promise;
      t.runtime.instances.set(sessionId, { ref: "late", sessionId, generation, running: true, paused: false });
    };
    const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
    await asked.promise;
    const stopped = t.core.sessions.stop({ owner: "ann", sessionId: id });
    await expect.poll(async () => (await t.store.findSession(id))?.status, { interval: 1 }).toBe("stopped");
    made.resolve();
    await stopped;
    expect(t.runtime.instances.size).toBe(0);
  });

  it("that is deleted vanishes with its log, its turns and all it owned", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    await t.core.sessions.delete({ owner: "ann", sessionId });
    await expect(t.core.sessions.get({ owner: "ann", sessionId })).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
    expect(await t.store.findSession(sessionId)).toBeUndefined();
    expect(await t.store.findTurn(turnId)).toBeUndefined();
    expect(await t.readEvents(sessionId)).toEqual([]);
    expect([t.runtime.instances.size, t.runtime.owners.size]).toEqual([0, 0]);
  });

  it("that is deleted with a long log goes in pieces: changes of others go between them, its row goes last", async () => {
    await using t = await openTestCore();
    const [long, other] = [await t.openSession(), await t.openSession()];
    const { lastSeq = 0 } = (await t.store.findSession(long)) ?? {};
    const log = Array.from({ length: 5000 }, (_, n) => ({ seq: lastSeq + 1 + n, json: "{}" }));
    await t.store.write((tx) => tx.insertEvents(long, log));
    const left: number[] = [];
    const write = t.store.write;
    vi.spyOn(t.store, "write").mockImplementation((work) =>
      write(async (tx) => {
        const done = await work(tx);
        const row = await tx.findSession(long);
        if (row) left.push((await tx.readEvents(long, { after: 0, limit: 10_000, maxBytes: 1e9 })).length);
        return done;
      }),
    );
    const deleting = t.core.sessions.delete({ owner: "ann", sessionId: long });
    await expect.poll(() => left.some((count) => count < 5000), { interval: 1 }).toBe(true);
    await t.send(other);
    expect(left.at(-1)).toBeGreaterThan(0);
    await deleting;
    expect(left.at(-1)).toBe(0);
    expect(Math.max(...left.slice(1).map((count, n) => (left[n] ?? 0) - count))).toBeLessThanOrEqual(1000);
    expect(await t.store.findSession(long)).toBeUndefined();
  });

  it("that is deleted when its rows find no space on the disk is gone all the same, and its rows later", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const { write } = t.store;
    const trimSession = () => Promise.reject(new CcError("STORE_FULL", "The database has no space to write to."));
    const spy = vi.spyOn(t.store, "write").mockImplementation((work) => write((tx) => work({ ...tx, trimSession })));
    await t.core.sessions.delete({ owner: "ann", sessionId });
    const getting = t.core.sessions.get({ owner: "ann", sessionId });
    await expect(getting).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
    spy.mockRestore();
    t.core.start();
    await expect.poll(() => t.store.findSession(sessionId), { interval: 1 }).toBeUndefined();
  });

  it("that is deleted with others shares no commit with their pieces", async () => {
    await using t = await openTestCore();
    const ids = await Promise.all([t.openSession(), t.openSession(), t.openSession()]);
    let atOnce = 0;
    const seen: number[] = [];
    const write = t.store.write;
    vi.spyOn(t.store, "write").mockImplementation(async (work) => {
      let trims = 0;
      const trimSession = (tx: StoreWriter): StoreWriter["trimSession"] => {
        return async (...input) => {
          trims = 1;
          seen.push((atOnce += 1));
          return tx.trimSession(...input);
        };
      };
      return write((tx) => work({ ...tx, trimSession: trimSession(tx) })).finally(() => (atOnce -= trims));
    });
    await Promise.all(ids.map((sessionId) => t.core.sessions.delete({ owner: "ann", sessionId })));
    expect(seen).toEqual([1, 1, 1]);
  });

  it("fails with what its runtime said when its instance cannot start", async () => {
    await using t = await openTestCore();
    t.runtime.beforeStart = () => Promise.reject(new CcError("IMAGE_NOT_FOUND", "no image"));
    const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
    await untilStatus(t, id, "failed");
    expect(await t.core.sessions.get({ owner: "ann", sessionId: id })).toMatchObject({
      status: "failed",
      error: { code: "IMAGE_NOT_FOUND", message: "no image" },
    });
  });

  it("fails when it is not ready in time, with its queued prompts, and its instance goes", async () => {
    await using t = await openTestCore({ startupTimeoutMs: 30 });
    const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
    const turnId = await t.send(id);
    await untilStatus(t, id, "failed");
    await expect.poll(() => t.runtime.instances.size, { interval: 1 }).toBe(0);
    const error = { code: "STARTUP_TIMEOUT" };
    expect((await t.readEvents(id)).at(-1)).toMatchObject({
      type: "session.failed",
      data: { reason: "startup_timeout", error },
    });
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "cancelled", error });
  });

  it("fails when its container ends, and an exit of an earlier generation changes nothing", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    t.runtime.exit({ sessionId, generation: 0, detail: "long ago" });
    t.runtime.exit({ sessionId: MISSING, generation: 1, detail: "whose?" });
    expect((await t.core.links.require(sessionId)).status).toBe("idle");
    t.runtime.exit({ sessionId, generation: 1, detail: "exit code 137" });
    t.runtime.exit({ sessionId, generation: 1, detail: "exit code 137" });
    await untilStatus(t, sessionId, "failed");
    const failed = (await t.readEvents(sessionId)).filter(({ type }) => type === "session.failed");
    expect(failed).toMatchObject([{ data: { reason: "crashed", error: { code: "INSTANCE_LOST" } } }]);
    expect(JSON.stringify(failed)).toContain("exit code 137");
  });

  it("at rest needs no link", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.core.sessions.stop({ owner: "ann", sessionId });
    await expect(t.core.links.require(sessionId)).rejects.toMatchObject(refused("SESSION_NOT_RUNNING"));
    const opening = t.core.links.open(sessionId, AbortSignal.timeout(1000));
    await expect(opening).rejects.toMatchObject(refused("SESSION_NOT_RUNNING"));
  });
});

async function outcome(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  return call.then(
    () => ({ code: "none", message: "it went through" }),
    (error: CcError) => ({ code: error.code, message: error.message }),
  );
}

async function untilStatus(t: Awaited<ReturnType<typeof openTestCore>>, id: SessionId, status: string): Promise<void> {
  await expect.poll(async () => (await t.store.findSession(id))?.status, { interval: 1 }).toBe(status);
}
