import { setTimeout as sleep } from "node:timers/promises";
import { CcError, type SessionConfig, type SessionId, type TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { agentMessage, openTestCore, resultMessage, type TestCore } from "../core.test-helper.ts";

const EXITED = { kind: "agent-exited", detail: "exit code 137" } as const;

/** The agent has died, and the next instance has one that is ready. */
async function dieAndRecover(t: TestCore, sessionId: SessionId): Promise<void> {
  await t.ingest(sessionId, EXITED);
  const { generation = 0 } = (await t.store.findSession(sessionId)) ?? {};
  await t.core.links.ready({ sessionId, generation });
}

async function openTurn(t: TestCore, config: SessionConfig = {}): Promise<{ sessionId: SessionId; turnId: TurnId }> {
  const sessionId = await t.openSession("ann", config);
  return { sessionId, turnId: await t.send(sessionId, "work") };
}

const interrupt = (t: TestCore, sessionId: SessionId) => t.core.turns.interrupt({ owner: "ann", sessionId });
const untilInstance = (t: TestCore, id: SessionId, generation: number) =>
  expect.poll(() => t.runtime.instances.get(id)?.generation, { interval: 1 }).toBe(generation);
const typesAfter = async (t: TestCore, id: SessionId, seq: number) =>
  (await t.readEvents(id)).slice(seq).map(({ type }) => type);

describe("a turn whose agent dies", () => {
  it.each([
    ["out-of-memory", "OUT_OF_MEMORY", "oom"],
    ["output-invalid", "AGENT_OUTPUT_INVALID", "crashed"],
  ] as const)("of %s fails with %s when it is not to recover", async (why, code, reason) => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t, { onCrash: "fail" });
    await t.ingest(sessionId, { ...EXITED, reason: why });
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "failed", error: { code } });
    expect((await t.readEvents(sessionId)).at(-1)?.data).toMatchObject({ reason, error: { code } });
  });

  it("goes on in a new instance, and the log says so", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t);
    const { lastSeq = 0 } = (await t.store.findSession(sessionId)) ?? {};
    await t.ingest(sessionId, EXITED);
    const error = { code: "AGENT_EXITED", message: expect.stringContaining("exit code 137") };
    expect((await t.readEvents(sessionId)).slice(lastSeq)).toMatchObject([
      { type: "session.starting", data: { reason: "recovering", error } },
      { type: "turn.resumed", turnId, data: { error, crashes: 1 } },
    ]);
    const session = { status: "starting", generation: 2, crashes: 1, runningTurn: turnId };
    expect(await t.store.findSession(sessionId)).toMatchObject(session);
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "running" });
    await untilInstance(t, sessionId, 2);
  });

  it("is handed to the next agent as soon as that is ready, and ends as any other", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t);
    await t.ingest(sessionId, EXITED);
    expect(await t.core.links.findRunningTurn(sessionId)).toBeUndefined();
    const { promise: commanded, resolve: onCommand } = Promise.withResolvers<unknown>();
    t.core.links.onCommand(sessionId, () => onCommand(t.core.links.findRunningTurn(sessionId)));
    await t.core.links.ready({ sessionId, generation: 2 });
    expect(await commanded).toMatchObject({ id: turnId, prompt: "work" });
    expect((await t.readEvents(sessionId)).at(-1)).toMatchObject({
      type: "session.running",
      data: { reason: "resumed" },
    });
    await t.ingest(sessionId, resultMessage(turnId, { result: "all the same" }));
    const end = { status: "completed", result: { text: "all the same" } };
    expect(await t.store.findTurn(turnId)).toMatchObject(end);
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "idle", turnCount: 1 });
  });

  it("may end before its agent is said to be ready; the next one waits for that", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t);
    const next = await t.send(sessionId, "next");
    await t.ingest(sessionId, EXITED);
    await t.ingest(sessionId, resultMessage(turnId));
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "starting", turnCount: 1, crashes: 0 });
    await t.core.links.ready({ sessionId, generation: 2 });
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: next });
  });

  it.each([
    {
      how: "its container ends",
      die: async (t: TestCore, sessionId: SessionId) => t.runtime.exit({ sessionId, generation: 1, detail: "killed" }),
    },
    {
      how: "its link is given up",
      die: (t: TestCore, sessionId: SessionId) =>
        t.core.links.giveUp({ sessionId, generation: 1 }, new CcError("INSTANCE_LOST", "no answer")),
    },
    {
      how: "its container is gone at a round of the gateway",
      die: async (t: TestCore, sessionId: SessionId) => {
        await untilInstance(t, sessionId, 1);
        t.runtime.instances.clear();
        t.core.start();
      },
    },
  ])("recovers also when $how", async ({ die }) => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t);
    await die(t, sessionId);
    await untilInstance(t, sessionId, 2);
    await t.core.links.ready({ sessionId, generation: 2 });
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: turnId });
  });

  it("is recovered once, however many say that it died, and by no word of an earlier instance", async () => {
    await using t = await openTestCore();
    const { sessionId } = await openTurn(t);
    const gone = new CcError("INSTANCE_LOST", "no answer");
    await Promise.all([
      t.core.links.ingest({ sessionId, generation: 1, items: [{ ...EXITED, n: 1 }] }),
      t.core.links.giveUp({ sessionId, generation: 1 }, gone),
      t.core.links.giveUp({ sessionId, generation: 1 }, gone),
    ]);
    t.runtime.exit({ sessionId, generation: 1, detail: "and its container" });
    await untilInstance(t, sessionId, 2);
    const before = await t.store.findSession(sessionId);
    expect(before).toMatchObject({ status: "starting", generation: 2, crashes: 1 });
    await t.core.links.ready({ sessionId, generation: 1 });
    await t.core.links.ingest({ sessionId, generation: 1, items: [{ ...EXITED, n: 2 }] });
    await t.core.links.giveUp({ sessionId, generation: 1 }, gone);
    expect(await t.store.findSession(sessionId)).toMatchObject({ ...before, updatedAt: expect.any(String) });
  });

  it("is given up at the crash after the third it lived through, and those that wait with it", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t);
    const waiting = await t.send(sessionId);
    for (let crashes = 1; crashes <= 3; crashes += 1) {
      await dieAndRecover(t, sessionId);
      expect(await t.store.findSession(sessionId)).toMatchObject({ status: "running", crashes });
    }
    await t.ingest(sessionId, EXITED);
    const error = { code: "AGENT_EXITED" };
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "failed", error, generation: 4 });
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "failed", error });
    expect(await t.store.findTurn(waiting)).toMatchObject({ status: "cancelled", error });
    await expect.poll(() => t.runtime.instances.size, { interval: 1 }).toBe(0);
  });

  it("has its crashes counted by itself: the next turn may recover as often", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t);
    for (let n = 0; n < 3; n += 1) await dieAndRecover(t, sessionId);
    await t.ingest(sessionId, resultMessage(turnId));
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "idle", crashes: 0 });
    await t.send(sessionId);
    await dieAndRecover(t, sessionId);
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "running", crashes: 1, generation: 5 });
  });

  it("fails with its session when that is not to recover; a prompt wakes it", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t, { onCrash: "fail" });
    await t.ingest(sessionId, EXITED);
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "failed", error: { code: "AGENT_EXITED" } });
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "failed", generation: 1 });
    await t.send(sessionId);
    await untilInstance(t, sessionId, 2);
  });

  it("is interrupted when it was to end early anyway, and its session rests", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t);
    await interrupt(t, sessionId);
    await t.ingest(sessionId, EXITED);
    const end = { status: "interrupted", error: { code: "TURN_INTERRUPTED" } };
    expect(await t.store.findTurn(turnId)).toMatchObject(end);
    const types = await typesAfter(t, sessionId, 5);
    expect(types).toEqual(["turn.interrupted", "session.failed"]);
  });

  it("is interrupted by its next agent when that was asked for while it recovers", async () => {
    await using t = await openTestCore();
    const { sessionId, turnId } = await openTurn(t);
    await t.ingest(sessionId, EXITED);
    const heard: unknown[] = [];
    t.core.links.onCommand(sessionId, () => heard.push(t.core.links.findRunningTurn(sessionId)));
    await interrupt(t, sessionId);
    expect(heard).toEqual([]); // there is no agent that could be told
    await t.core.links.ready({ sessionId, generation: 2 });
    expect(await Promise.all(heard)).toMatchObject([{ id: turnId, interrupt: "requested" }]);
  });
});

describe("a session without a turn whose agent dies", () => {
  it("fails, lets its instance go, and is woken by a prompt", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.ingest(sessionId, EXITED);
    const failed = { status: "failed", error: { code: "AGENT_EXITED" } };
    expect(await t.core.sessions.get({ owner: "ann", sessionId })).toMatchObject(failed);
    await expect.poll(() => t.runtime.instances.size, { interval: 1 }).toBe(0);
    const turnId = await t.send(sessionId);
    const { error, ...woken } = await t.core.sessions.get({ owner: "ann", sessionId });
    expect([error, woken.status]).toEqual([undefined, "starting"]);
    await t.core.links.ready({ sessionId, generation: 2 });
    await t.ingest(sessionId, agentMessage(turnId, { type: "assistant" }), resultMessage(turnId));
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "completed" });
  });

  it("is woken once by prompts that come together", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.core.sessions.stop({ owner: "ann", sessionId });
    const turns = await Promise.all(Array.from({ length: 10 }, () => t.send(sessionId)));
    expect(await t.store.findSession(sessionId)).toMatchObject({ generation: 2 });
    await t.core.links.ready({ sessionId, generation: 2 });
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: turns[0] });
  });

  it("has the instance it is woken with also when that is asked for in the same commit", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    t.runtime.beforeStart = () => sleep(20); // as any engine takes its time
    const held = Promise.withResolvers<void>();
    const holding = t.store.write(() => held.promise); // what comes meanwhile meets in the next commit
    const died = t.core.links.ingest({ sessionId, generation: 1, items: [{ ...EXITED, n: 1 }] });
    const sent = t.send(sessionId);
    held.resolve();
    await Promise.all([holding, died, sent]);
    expect(await typesAfter(t, sessionId, 2)).toEqual(["session.failed", "session.starting", "turn.queued"]);
    await untilInstance(t, sessionId, 2);
  });
});
