import type { SessionConfig, SessionId, TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { openTestCore, refused, resultMessage, type TestCore } from "../core.test-helper.ts";

const owned = (sessionId: SessionId) => ({ owner: "ann", sessionId });
const pause = (t: TestCore, id: SessionId) => t.core.sessions.pause(owned(id));
const resume = (t: TestCore, id: SessionId) => t.core.sessions.resume(owned(id));
const statusOf = async (t: TestCore, id: SessionId) => (await t.store.findSession(id))?.status;
const isFrozen = (t: TestCore, id: SessionId) => t.runtime.instances.get(id)?.paused;
const expectSoon = (value: () => unknown) => expect.poll(value, { interval: 1 });
const lastEvents = async (t: TestCore, id: SessionId, count: number) => (await t.readEvents(id)).slice(-count);

async function openTurn(t: TestCore, config: SessionConfig = {}): Promise<{ id: SessionId; turnId: TurnId }> {
  const id = await t.openSession("ann", config);
  return { id, turnId: await t.send(id) };
}

/** The next command for the session's wrapper: the turn it gets, and whether its agent is to stand still. */
function nextCommand(t: TestCore, id: SessionId): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const { findRunningTurn, findParked } = t.core.links;
  t.core.links.onCommand(id, () => resolve(Promise.all([findRunningTurn(id), findParked(id)])));
  return promise;
}

describe("a session that a person pauses", () => {
  it("stands still, says so, and goes on when it is resumed", async () => {
    await using t = await openTestCore();
    const id = await t.openSession();
    expect(await pause(t, id)).toMatchObject({ status: "paused" });
    expect(isFrozen(t, id)).toBe(true);
    expect(await resume(t, id)).toMatchObject({ status: "idle" });
    expect(isFrozen(t, id)).toBe(false);
    expect(await lastEvents(t, id, 2)).toMatchObject([
      { type: "session.paused", data: { reason: "pause_requested" } },
      { type: "session.idle", data: { reason: "unpaused" } },
    ]);
  });

  it("is paused and resumed once, however often that is asked", async () => {
    await using t = await openTestCore();
    const id = await t.openSession();
    await pause(t, id);
    const { lastSeq } = await pause(t, id);
    expect((await resume(t, id)).lastSeq).toBe(lastSeq + 1);
    expect((await resume(t, id)).lastSeq).toBe(lastSeq + 1);
  });

  it("in the midst of a turn keeps it, and its wrapper is told of the turn again", async () => {
    await using t = await openTestCore();
    const { id, turnId } = await openTurn(t);
    await pause(t, id);
    expect(await t.core.links.findRunningTurn(id)).toBeUndefined();
    const commanded = nextCommand(t, id);
    expect(await resume(t, id)).toMatchObject({ status: "running" });
    expect(await commanded).toMatchObject([{ id: turnId }, { parked: false }]);
    await t.ingest(id, resultMessage(turnId));
    expect(await statusOf(t, id)).toBe("idle");
  });

  it("takes prompts, and works on them when it is resumed", async () => {
    await using t = await openTestCore();
    const id = await t.openSession();
    await pause(t, id);
    const turnId = await t.send(id);
    expect([await statusOf(t, id), (await t.store.findTurn(turnId))?.status]).toEqual(["paused", "queued"]);
    expect(await resume(t, id)).toMatchObject({ status: "running" });
    expect((await t.store.findTurn(turnId))?.status).toBe("running");
  });

  it("stays paused when a turn ends whose result was on its way, and begins no other", async () => {
    await using t = await openTestCore();
    const { id, turnId } = await openTurn(t);
    const next = await t.send(id);
    await pause(t, id);
    await t.ingest(id, resultMessage(turnId));
    expect([await statusOf(t, id), (await t.store.findTurn(turnId))?.status]).toEqual(["paused", "completed"]);
    await resume(t, id);
    expect(await t.store.findSession(id)).toMatchObject({ status: "running", runningTurn: next });
  });

  it("has its turn interrupted when it is resumed, one that waits at once", async () => {
    await using t = await openTestCore();
    const { id, turnId } = await openTurn(t);
    const waiting = await t.send(id);
    await pause(t, id);
    await t.core.turns.interrupt({ ...owned(id), turnId: waiting });
    expect((await t.store.findTurn(waiting))?.status).toBe("cancelled");
    await t.core.turns.interrupt(owned(id));
    expect((await t.store.findTurn(turnId))?.status).toBe("running");
    const commanded = nextCommand(t, id);
    await resume(t, id);
    expect(await commanded).toMatchObject([{ id: turnId, interrupt: "requested" }, {}]);
  });

  it("is stopped and deleted like any other", async () => {
    await using t = await openTestCore();
    const { id, turnId } = await openTurn(t);
    await pause(t, id);
    expect(await t.core.sessions.stop(owned(id))).toMatchObject({ status: "stopped" });
    expect([t.runtime.instances.has(id), (await t.store.findTurn(turnId))?.status]).toEqual([false, "failed"]);
    const deleted = await t.openSession();
    await pause(t, deleted);
    await t.core.sessions.delete(owned(deleted));
    expect(await t.store.findSession(deleted)).toBeUndefined();
  });

  it("wants no link until it is resumed", async () => {
    await using t = await openTestCore();
    const id = await t.openSession();
    await pause(t, id);
    await expect(t.core.links.require(id)).rejects.toMatchObject(refused("SESSION_NOT_RUNNING"));
    const { promise: wanted, resolve } = Promise.withResolvers<SessionId>();
    t.core.links.onWanted(resolve);
    await resume(t, id);
    expect(await wanted).toBe(id);
  });

  it("is not paused while it starts or rests, and resuming wakes one at rest", async () => {
    await using t = await openTestCore();
    const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
    await expect(pause(t, id)).rejects.toMatchObject(refused("SESSION_NOT_PAUSABLE"));
    expect(await resume(t, id)).toMatchObject({ status: "starting" });
    await t.core.sessions.stop(owned(id));
    await expect(pause(t, id)).rejects.toMatchObject(refused("SESSION_NOT_PAUSABLE"));
    expect(await resume(t, id)).toMatchObject({ status: "starting" });
    await expectSoon(() => t.runtime.instances.get(id)?.generation).toBe(2);
  });

  it("of another owner looks exactly like none", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession("bob");
    for (const call of [t.core.sessions.pause, t.core.sessions.resume])
      await expect(call({ owner: "ann", sessionId })).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
    expect(await statusOf(t, sessionId)).toBe("idle");
  });
});

describe("an instance that dies while its session is paused", () => {
  it("is missed at the resume: its turn goes on in the next", async () => {
    await using t = await openTestCore();
    const { id, turnId } = await openTurn(t);
    await pause(t, id);
    t.runtime.instances.delete(id);
    t.runtime.exit({ sessionId: id, generation: 1, detail: "exit code 137" });
    t.core.start();
    await expectSoon(async () => (await t.store.findSession(id))?.generation).toBe(2);
    expect(await statusOf(t, id)).toBe("paused");
    await resume(t, id);
    await expectSoon(() => t.runtime.instances.get(id)?.generation).toBe(3);
    expect(await t.store.findSession(id)).toMatchObject({ status: "starting", runningTurn: turnId, crashes: 1 });
  });

  it("fails its session at the resume when it had no turn", async () => {
    await using t = await openTestCore();
    const id = await t.openSession();
    await pause(t, id);
    t.runtime.instances.delete(id);
    expect(await resume(t, id)).toMatchObject({ status: "failed", error: { code: "INSTANCE_LOST" } });
  });
});

describe("a session that is parked", () => {
  const SOON = { timeouts: { parkAfterMs: 5 } };

  async function openParked(t: TestCore): Promise<SessionId> {
    const id = await t.openSession();
    await expectSoon(() => statusOf(t, id)).toBe("paused");
    return id;
  }

  it("says so, and its wrapper is told", async () => {
    await using t = await openTestCore({ timeouts: { parkAfterMs: 50 } });
    const id = await t.openSession();
    expect(await nextCommand(t, id)).toMatchObject([undefined, { parked: true }]);
    expect(await t.core.sessions.get(owned(id))).toMatchObject({ status: "paused", parked: true });
    expect((await t.readEvents(id)).at(-1)).toMatchObject({ type: "session.paused", data: { reason: "parked" } });
    expect(isFrozen(t, id)).toBe(false); // the wrapper is awake
    expect(await t.core.links.require(id)).toMatchObject({ id });
  });

  it("works on the next prompt at once", async () => {
    await using t = await openTestCore(SOON);
    const id = await openParked(t);
    const commanded = nextCommand(t, id);
    const turnId = await t.send(id);
    expect(await commanded).toMatchObject([{ id: turnId }, { parked: false }]);
    expect(await t.core.sessions.get(owned(id))).toMatchObject({ status: "running" });
    expect(await t.core.sessions.get(owned(id))).not.toHaveProperty("parked");
    const types = (await t.readEvents(id)).map(({ type }) => type);
    expect(types.slice(-4)).toEqual(["session.paused", "turn.queued", "session.running", "turn.started"]);
  });

  it("is idle when it is resumed, and paused when a person pauses it", async () => {
    await using t = await openTestCore({ timeouts: { parkAfterMs: 30 } });
    const id = await openParked(t);
    expect(await resume(t, id)).toMatchObject({ status: "idle" });
    await expectSoon(() => statusOf(t, id)).toBe("paused");
    expect(await pause(t, id)).not.toHaveProperty("parked");
    expect(isFrozen(t, id)).toBe(true);
  });

  it("is stopped when its idle time is over", async () => {
    await using t = await openTestCore({ timeouts: { parkAfterMs: 5, idleTimeoutMs: 100 } });
    const id = await openParked(t);
    await expectSoon(() => statusOf(t, id)).toBe("stopped");
    expect((await t.readEvents(id)).at(-1)).toMatchObject({ data: { reason: "idle_timeout" } });
  });

  it("fails like an idle one when its agent dies", async () => {
    await using t = await openTestCore(SOON);
    const id = await openParked(t);
    await t.ingest(id, { kind: "agent-exited", detail: "exit code 137" });
    expect(await t.core.sessions.get(owned(id))).toMatchObject({ status: "failed", error: { code: "AGENT_EXITED" } });
  });
});
