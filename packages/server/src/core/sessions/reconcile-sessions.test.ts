import { randomUUID } from "node:crypto";
import type { SessionId, SessionStatus } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import type { Instance } from "../../ports/runtime/runtime.ts";
import { openTestCore, type TestCore } from "../core.test-helper.ts";

const NOW = "2026-01-01T00:00:00.000Z";

/** A row as an earlier run of the gateway left it. */
async function leaveSession(
  t: TestCore,
  fields: { status: SessionStatus; parked?: true; deleted?: boolean; generation?: number },
) {
  const id = randomUUID() as SessionId;
  const counters = {
    lastSeq: 0,
    outboxAcked: 0,
    agentCostUsd: 0,
    crashes: 0,
    openApprovals: 0,
    leaseFence: 0,
    turnCount: 0,
    costUsd: 0,
    createdAt: NOW,
    updatedAt: NOW,
  };
  const row = { id, owner: "ann", config: {}, deleted: false, generation: 1, ...counters, ...fields };
  await t.store.write((tx) => tx.insertSession(row));
  return id;
}

function leaveInstance(t: TestCore, sessionId: SessionId, fields: Partial<Instance> = {}): void {
  t.runtime.instances.set(sessionId, {
    ref: "left",
    sessionId,
    generation: 1,
    running: true,
    paused: false,
    ...fields,
  });
  t.runtime.owners.add(sessionId);
}

const status = async (t: TestCore, id: SessionId) => (await t.store.findSession(id))?.status;
const expectSoon = (value: () => unknown) => expect.poll(value, { interval: 1, timeout: 5000 }); // rounds are a second apart

describe("after a restart", () => {
  it("a session whose deletion was cut off among its rows is removed with the rest of them", async () => {
    await using t = await openTestCore();
    const id = await leaveSession(t, { status: "idle", deleted: true });
    await t.store.write((tx) => tx.insertEvents(id, [{ seq: 7001, json: "{}" }])); // those before are gone
    t.core.start();
    await expectSoon(() => status(t, id)).toBe(undefined);
    expect(await t.store.readEvents(id, { after: 0, limit: 1, maxBytes: 1 })).toEqual([]);
  });

  it("what belongs to no session is removed", async () => {
    await using t = await openTestCore();
    const [orphan, volumesOnly] = [randomUUID() as SessionId, randomUUID() as SessionId];
    leaveInstance(t, orphan);
    t.runtime.owners.add(volumesOnly);
    t.core.start();
    await expectSoon(() => t.runtime.owners.size + t.runtime.instances.size).toBe(0);
  });

  it("a session whose start was cut off is started again", async () => {
    await using t = await openTestCore();
    const id = await leaveSession(t, { status: "starting" });
    t.core.start();
    await expectSoon(() => t.runtime.instances.has(id)).toBe(true);
    await t.core.links.ready({ sessionId: id, generation: 1 });
    expect(await status(t, id)).toBe("idle");
  });

  it.each(["idle", "running"] as const)("a session that was %s without an instance fails", async (before) => {
    await using t = await openTestCore();
    const id = await leaveSession(t, { status: before });
    t.core.start();
    await expectSoon(() => status(t, id)).toBe("failed");
    expect(await t.store.findSession(id)).toMatchObject({ error: { code: "INSTANCE_LOST" } });
  });

  it("a session whose instance has ended, or is of an earlier generation, fails and the instance goes", async () => {
    await using t = await openTestCore();
    const ended = await leaveSession(t, { status: "idle" });
    const stale = await leaveSession(t, { status: "idle", generation: 2 });
    leaveInstance(t, ended, { running: false });
    leaveInstance(t, stale, { generation: 1 });
    t.core.start();
    for (const id of [ended, stale]) await expectSoon(() => status(t, id)).toBe("failed");
    await expectSoon(() => t.runtime.instances.size).toBe(0);
  });

  it("a live session with its instance is taken up: it asks for a link and keeps its status", async () => {
    await using t = await openTestCore();
    const id = await leaveSession(t, { status: "running" });
    leaveInstance(t, id);
    const { promise: wanted, resolve } = Promise.withResolvers<SessionId>();
    t.core.links.onWanted(resolve);
    t.core.start();
    expect(await wanted).toBe(id);
    expect(await status(t, id)).toBe("running");
    expect(t.runtime.instances.has(id)).toBe(true);
  });

  it.each([
    { status: "paused", paused: true },
    { status: "idle", paused: false },
    { status: "running", paused: false },
  ] as const)("the instance of a session that is $status is found otherwise and put right", async (it) => {
    await using t = await openTestCore();
    const id = await leaveSession(t, { status: it.status });
    leaveInstance(t, id, { paused: !it.paused });
    t.core.start();
    await expectSoon(() => t.runtime.instances.get(id)?.paused).toBe(it.paused);
    expect(await status(t, id)).toBe(it.status);
  });

  it("a paused session keeps its status and wants no link, a parked one wants it", async () => {
    await using t = await openTestCore();
    const held = await leaveSession(t, { status: "paused" });
    const parked = await leaveSession(t, { status: "paused", parked: true });
    leaveInstance(t, held, { paused: true });
    leaveInstance(t, parked);
    const wanted: SessionId[] = [];
    t.core.links.onWanted((id) => wanted.push(id));
    t.core.start();
    const marker = await leaveSession(t, { status: "idle" });
    t.core.start();
    await expectSoon(() => status(t, marker)).toBe("failed");
    expect(new Set(wanted)).toEqual(new Set([parked]));
    expect([await status(t, held), await status(t, parked)]).toEqual(["paused", "paused"]);
  });

  it("a socket that a session at rest has left goes, also without an instance", async () => {
    await using t = await openTestCore();
    const id = await leaveSession(t, { status: "stopped" });
    t.runtime.listActive = async () => [id];
    t.runtime.owners.add(id);
    const { promise: stopped, resolve } = Promise.withResolvers<SessionId>();
    t.runtime.stop = async (sessionId) => resolve(sessionId);
    t.core.start();
    expect(await stopped).toBe(id);
  });

  it("a deletion that was begun is finished", async () => {
    await using t = await openTestCore();
    const id = await leaveSession(t, { status: "idle", deleted: true });
    leaveInstance(t, id);
    t.core.start();
    await expectSoon(() => t.store.findSession(id)).toBeUndefined();
    expect([t.runtime.instances.size, t.runtime.owners.size]).toEqual([0, 0]);
  });

  it.each(["stopped", "failed"] as const)("the instance of a %s session goes, its workspace stays", async (before) => {
    await using t = await openTestCore();
    const id = await leaveSession(t, { status: before });
    leaveInstance(t, id);
    t.core.start();
    await expectSoon(() => t.runtime.instances.size).toBe(0);
    expect(t.runtime.owners).toContain(id);
    expect(await status(t, id)).toBe(before);
  });
});

describe("while sessions come and go", () => {
  it("one that is just starting is left alone", async () => {
    await using t = await openTestCore();
    const starting = Promise.withResolvers<void>();
    t.runtime.beforeStart = () => starting.promise;
    const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
    const swept = await leaveSession(t, { status: "idle" });
    t.core.start();
    await expectSoon(() => status(t, swept)).toBe("failed");
    expect(await status(t, id)).toBe("starting");
    starting.resolve();
  });

  it("one that became ready while a slow round went on is not taken for lost", async () => {
    await using t = await openTestCore();
    const { promise: listed, resolve: onListed } = Promise.withResolvers<void>();
    const { promise: ready, resolve: onReady } = Promise.withResolvers<void>();
    t.runtime.listOwners = async () => {
      onListed(); // the instances were listed before, without the new one
      await ready;
      return [...t.runtime.owners];
    };
    t.core.start();
    await listed;
    const id = await t.openSession();
    await expectSoon(() => t.runtime.instances.has(id)).toBe(true);
    const { promise: wanted, resolve: onWanted } = Promise.withResolvers<SessionId>();
    t.core.links.onWanted(onWanted);
    onReady();
    await wanted;
    expect(await status(t, id)).toBe("idle");
  });

  it("one that was stopped while a slow round went on is not started again", async () => {
    await using t = await openTestCore();
    const deleted = await leaveSession(t, { status: "idle", deleted: true });
    const { promise: removing, resolve: onRemoving } = Promise.withResolvers<void>();
    const { promise: removal, resolve: remove } = Promise.withResolvers<void>();
    t.runtime.beforeRemove = () => {
      onRemoving();
      return removal;
    };
    const id = await leaveSession(t, { status: "starting" });
    let starts = 0;
    t.runtime.beforeStart = async () => void (starts += 1);
    t.core.start(); // has read the row as starting, and is held up by the removal of another
    await removing;
    await t.core.sessions.stop({ owner: "ann", sessionId: id });
    remove();
    await expectSoon(() => t.store.findSession(deleted)).toBeUndefined();
    const marker = await leaveSession(t, { status: "idle" });
    t.core.start();
    await expectSoon(() => status(t, marker)).toBe("failed"); // the first round is over by then
    expect([starts, await status(t, id)]).toEqual([0, "stopped"]);
  });

  it("one is started once, also when a round meets its creation", async () => {
    await using t = await openTestCore();
    let starts = 0;
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    t.runtime.beforeStart = () => {
      starts += 1;
      return started;
    };
    for (let n = 0; n < 20; n += 1) {
      t.core.start();
      await t.core.sessions.create({ owner: "ann", config: {} });
    }
    const marker = await leaveSession(t, { status: "idle" });
    t.core.start();
    await expectSoon(() => status(t, marker)).toBe("failed");
    expect(starts).toBe(20);
    start();
  });

  it("one whose instance somebody pauses goes on as soon as the runtime says that something changed", async () => {
    await using t = await openTestCore();
    const id = await t.openSession();
    await expectSoon(() => t.runtime.instances.has(id)).toBe(true);
    t.core.start();
    await t.runtime.pause(id);
    t.runtime.change();
    await expect.poll(() => t.runtime.instances.get(id)?.paused, { timeout: 5000 }).toBe(false);
    expect(await status(t, id)).toBe("idle");
  });

  it("a failing round is said in the log and tried again", async () => {
    await using t = await openTestCore();
    t.runtime.list = () => Promise.reject(new Error("the engine is away"));
    t.core.start();
    await expectSoon(() => t.errors.length).toBe(1);
  });
});
