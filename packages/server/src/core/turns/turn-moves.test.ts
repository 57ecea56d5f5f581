import { randomUUID } from "node:crypto";
import { CcError, type SessionId, type TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { agentMessage, openTestCore, refused, resultMessage, type TestCore } from "../core.test-helper.ts";

const ABORTED = { type: "result", subtype: "error_during_execution", is_error: true, total_cost_usd: 0.25 };

const interrupt = (t: TestCore, sessionId: SessionId, turnId?: TurnId) =>
  t.core.turns.interrupt({ owner: "ann", sessionId, ...(turnId && { turnId }) });

describe("to interrupt a turn", () => {
  it("that runs has its agent end it; it ends as interrupted, with what was spent, and the next one runs", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const [running, next] = [await t.send(sessionId), await t.send(sessionId)];
    const { promise: commanded, resolve: onCommand } = Promise.withResolvers<unknown>();
    t.core.links.onCommand(sessionId, () => onCommand(t.core.links.findRunningTurn(sessionId)));
    expect(await interrupt(t, sessionId)).toMatchObject({ id: running, status: "running" });
    expect(await commanded).toMatchObject({ id: running, interrupt: "requested" });
    await t.ingest(sessionId, agentMessage(running, { type: "user" }), agentMessage(running, ABORTED));
    const end = { status: "interrupted", error: { code: "TURN_INTERRUPTED" }, result: { costUsd: 0.25 } };
    expect(await t.core.turns.get({ owner: "ann", sessionId, turnId: running })).toMatchObject(end);
    const ended = (await t.readEvents(sessionId)).find(({ type }) => type === "turn.interrupted");
    expect(ended).toMatchObject({ turnId: running, data: { error: end.error, result: end.result } });
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: next });
  });

  it("that counted none of its tokens leaves those that the model's service told of", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const usage = { inputTokens: 30, outputTokens: 4, cacheReadTokens: 200, cacheCreationTokens: 1 };
    t.core.links.tellUse(sessionId, {}, { model: "claude-opus-5-5", usage, hourCacheTokens: 0 });
    await interrupt(t, sessionId);
    await t.ingest(sessionId, agentMessage(turnId, ABORTED));
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "interrupted", result: { usage } });
    expect(await t.store.findSession(sessionId)).toMatchObject({ totals: { usage } });
  });

  it("that was done by then changes nothing of its answer", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    await interrupt(t, sessionId, turnId);
    await t.ingest(sessionId, resultMessage(turnId));
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "completed", result: { text: "done" } });
  });

  it("twice is once", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const turns = await Promise.all([interrupt(t, sessionId), interrupt(t, sessionId, turnId)]);
    expect(turns).toMatchObject([{ id: turnId }, { id: turnId }]);
    await t.ingest(sessionId, agentMessage(turnId, ABORTED));
    const ends = (await t.readEvents(sessionId)).filter(({ type }) => type === "turn.interrupted");
    expect(ends).toHaveLength(1);
  });

  it("that waits cancels it at once, and no other", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const [running, waiting, last] = [await t.send(sessionId), await t.send(sessionId), await t.send(sessionId)];
    const cancelled = { status: "cancelled", error: { code: "TURN_INTERRUPTED" } };
    for (let n = 0; n < 2; n += 1) expect(await interrupt(t, sessionId, waiting)).toMatchObject(cancelled);
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: running });
    await t.ingest(sessionId, resultMessage(running));
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: last });
    const ends = (await t.readEvents(sessionId)).filter(({ type }) => type === "turn.cancelled");
    expect(ends.map(({ turnId }) => turnId)).toEqual([waiting]);
  });

  it("that is over leaves it as it is", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    await t.ingest(sessionId, resultMessage(turnId));
    const events = await t.readEvents(sessionId);
    expect(await interrupt(t, sessionId, turnId)).toMatchObject({ id: turnId, status: "completed" });
    expect(await t.readEvents(sessionId)).toEqual(events);
  });

  it("where none runs is refused: before the first, in a session at rest, with one that only waits", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await expect(interrupt(t, sessionId)).rejects.toMatchObject(refused("NO_TURN_RUNNING"));
    await t.core.sessions.stop({ owner: "ann", sessionId });
    await expect(interrupt(t, sessionId)).rejects.toMatchObject(refused("NO_TURN_RUNNING"));
    await t.send(sessionId);
    await expect(interrupt(t, sessionId)).rejects.toMatchObject(refused("NO_TURN_RUNNING"));
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "starting" });
  });

  it("of another session, of nobody or of another owner is refused like what does not exist", async () => {
    await using t = await openTestCore();
    const [one, two] = [await t.openSession(), await t.openSession()];
    const turnId = await t.send(one);
    await expect(interrupt(t, two, turnId)).rejects.toMatchObject(refused("TURN_NOT_FOUND"));
    await expect(interrupt(t, one, randomUUID() as TurnId)).rejects.toMatchObject(refused("TURN_NOT_FOUND"));
    const unknown = randomUUID() as SessionId;
    await expect(interrupt(t, unknown)).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
    const foreign = t.core.turns.interrupt({ owner: "bob", sessionId: one, turnId });
    await expect(foreign).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
    expect(await t.store.findTurn(turnId)).not.toHaveProperty("interrupt");
  });

  it("whose agent hangs ends it for good: it is not the hang's to go on with", async () => {
    await using t = await openTestCore({ timeouts: { hangTimeoutMs: 20 } });
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const findInterrupt = async () => (await t.store.findTurn(turnId))?.interrupt;
    await expect.poll(findInterrupt, { interval: 1 }).toBe("hang");
    await interrupt(t, sessionId);
    expect(await findInterrupt()).toBe("requested");
    await t.core.links.giveUp({ sessionId, generation: 1 }, new CcError("INSTANCE_LOST", "no answer"));
    const end = { status: "interrupted", error: { code: "TURN_INTERRUPTED" } };
    expect(await t.store.findTurn(turnId)).toMatchObject(end);
  });

  it("leaves the next one alone", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const [first, second] = [await t.send(sessionId), await t.send(sessionId)];
    await interrupt(t, sessionId);
    await t.ingest(sessionId, agentMessage(first, ABORTED));
    expect(await t.core.links.findRunningTurn(sessionId)).not.toHaveProperty("interrupt");
    await t.ingest(sessionId, resultMessage(second));
    expect(await t.store.findTurn(second)).toMatchObject({ status: "completed" });
  });
});
