import { randomUUID } from "node:crypto";
import { CcError, MAX_PROMPT_BYTES, type SessionId, type TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { openTestCore, refused, resultMessage } from "../core.test-helper.ts";

const prompt = (sessionId: SessionId, text = "hi", idempotencyKey: string = randomUUID()) => ({
  owner: "ann",
  sessionId,
  prompt: text,
  idempotencyKey,
});

describe("a prompt", () => {
  it("is on disk with its event when it was accepted, and runs at once in an idle session", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turn = await t.core.turns.send(prompt(sessionId, "do it"));
    expect(turn).toMatchObject({ sessionId, status: "running" });
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: turn.id, prompt: "do it" });
    const events = await t.readEvents(sessionId);
    expect(events.slice(2)).toMatchObject([
      { type: "turn.queued", turnId: turn.id, data: { prompt: "do it" } },
      { type: "session.running" },
      { type: "turn.started", turnId: turn.id },
    ]);
  });

  it("sent a hundred times at once with one key is one turn", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const sends = Array.from({ length: 100 }, () => t.core.turns.send(prompt(sessionId, "once", "key")));
    const turns = await Promise.all(sends);
    expect(new Set(turns.map(({ id }) => id)).size).toBe(1);
    const queued = (await t.readEvents(sessionId)).filter(({ type }) => type === "turn.queued");
    expect(queued).toHaveLength(1);
  });

  it("sent again with its key is the same turn also after its end, and after the session's", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const { id } = await t.core.turns.send(prompt(sessionId, "once", "key"));
    await t.ingest(sessionId, resultMessage(id));
    expect(await t.core.turns.send(prompt(sessionId, "once", "key"))).toMatchObject({ id, status: "completed" });
    await t.core.sessions.stop({ owner: "ann", sessionId });
    expect(await t.core.turns.send(prompt(sessionId, "once", "key"))).toMatchObject({ id, status: "completed" });
  });

  it("may not use a key that belongs to another prompt", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.core.turns.send(prompt(sessionId, "one", "key"));
    const reused = t.core.turns.send(prompt(sessionId, "two", "key"));
    await expect(reused).rejects.toMatchObject(refused("IDEMPOTENCY_KEY_REUSED"));
  });

  it("may use a key that another session knows", async () => {
    await using t = await openTestCore();
    const [one, two] = [await t.openSession(), await t.openSession()];
    const first = await t.core.turns.send(prompt(one, "one", "key"));
    const second = await t.core.turns.send(prompt(two, "two", "key"));
    expect(second.id).not.toBe(first.id);
  });

  it("is refused when it is empty or too large, and leaves nothing", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const tooLarge = "é".repeat(MAX_PROMPT_BYTES / 2) + "x";
    await expect(t.core.turns.send(prompt(sessionId, " \n\t"))).rejects.toMatchObject(refused("PROMPT_EMPTY"));
    await expect(t.core.turns.send(prompt(sessionId, tooLarge))).rejects.toMatchObject(refused("PROMPT_TOO_LARGE"));
    expect(await t.readEvents(sessionId)).toHaveLength(2);
    await t.core.turns.send(prompt(sessionId, tooLarge.slice(0, -1)));
  });

  it("wakes a session at rest, in a new instance", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.core.sessions.stop({ owner: "ann", sessionId });
    const turn = await t.core.turns.send(prompt(sessionId));
    expect(turn.status).toBe("queued");
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "starting", generation: 2 });
    await expect.poll(() => t.runtime.instances.get(sessionId)?.generation, { interval: 1 }).toBe(2);
    await t.core.links.ready({ sessionId, generation: 2 });
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: turn.id });
  });

  it("wakes a session whose instance is still being stopped, and is not stopped with it", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const stopped = t.core.sessions.stop({ owner: "ann", sessionId });
    await expect.poll(async () => (await t.store.findSession(sessionId))?.status, { interval: 1 }).toBe("stopped");
    await t.core.turns.send(prompt(sessionId));
    await stopped;
    await expect.poll(() => t.runtime.instances.get(sessionId)?.generation, { interval: 1 }).toBe(2);
  });

  it("sent to a session that starts waits for the agent", async () => {
    await using t = await openTestCore();
    const { id: sessionId } = await t.core.sessions.create({ owner: "ann", config: {} });
    const turn = await t.core.turns.send(prompt(sessionId));
    expect(turn.status).toBe("queued");
    await t.core.links.ready({ sessionId: sessionId, generation: 1 });
    expect(await t.core.turns.get({ owner: "ann", sessionId, turnId: turn.id })).toMatchObject({ status: "running" });
  });

  it("is found only in its own session", async () => {
    await using t = await openTestCore();
    const [one, two] = [await t.openSession(), await t.openSession()];
    const turnId = await t.send(one);
    const looked = t.core.turns.get({ owner: "ann", sessionId: two, turnId });
    await expect(looked).rejects.toMatchObject(refused("TURN_NOT_FOUND"));
  });
});

describe("the turns of a session", () => {
  it("run one at a time, in the order their prompts were accepted", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const accepted = await Promise.all(Array.from({ length: 20 }, (_, n) => t.send(sessionId, `prompt ${n}`)));
    for (const turnId of accepted) {
      expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: turnId });
      await t.ingest(sessionId, resultMessage(turnId));
    }
    const started = (await t.readEvents(sessionId)).filter(({ type }) => type === "turn.started");
    expect(started.map(({ turnId }) => turnId)).toEqual(accepted);
    expect(await t.core.sessions.get({ owner: "ann", sessionId })).toMatchObject({ status: "idle", turnCount: 20 });
  });

  it.each([
    { how: "stopped", end: (t: T, sessionId: SessionId) => t.core.sessions.stop({ owner: "ann", sessionId }) },
    {
      how: "given up",
      end: (t: T, sessionId: SessionId) =>
        t.core.links.giveUp({ sessionId, generation: 1 }, new CcError("INSTANCE_LOST", "no answer")),
    },
    {
      how: "left by its agent",
      end: (t: T, sessionId: SessionId) => t.ingest(sessionId, { kind: "agent-exited", detail: "exit code 1" }),
    },
  ])("reach exactly one end each when the session is $how and does not recover", async ({ end }) => {
    await using t = await openTestCore();
    const sessionId = await t.openSession("ann", { onCrash: "fail" });
    const [done, running, ...waiting] = [
      await t.send(sessionId),
      await t.send(sessionId),
      await t.send(sessionId),
      await t.send(sessionId),
    ] as [TurnId, TurnId, TurnId, TurnId];
    await t.ingest(sessionId, resultMessage(done));
    await Promise.all([end(t, sessionId), end(t, sessionId)]);
    await t.ingest(sessionId, resultMessage(running));
    const ends = (await t.readEvents(sessionId)).filter(({ type }) =>
      /^turn\.(completed|failed|cancelled)$/.test(type),
    );
    expect(ends.map(({ type, turnId }) => [type, turnId])).toEqual([
      ["turn.completed", done],
      ["turn.failed", running],
      ...waiting.map((turnId) => ["turn.cancelled", turnId]),
    ]);
    expect(await t.store.listQueuedTurns(sessionId)).toEqual([]);
    expect(await t.core.links.findRunningTurn(sessionId)).toBeUndefined();
    expect(await t.store.findSession(sessionId)).toMatchObject({ turnCount: 4 });
  });
});

type T = Awaited<ReturnType<typeof openTestCore>>;

describe("asking", () => {
  it("waits for the end of the turn and returns it", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const asked = t.core.turns.ask(prompt(sessionId), AbortSignal.timeout(5000));
    await expect.poll(() => t.core.links.findRunningTurn(sessionId), { interval: 1 }).toBeDefined();
    const running = await t.core.links.findRunningTurn(sessionId);
    await t.ingest(sessionId, resultMessage(running?.id as TurnId, { result: "the answer" }));
    expect(await asked).toMatchObject({ status: "completed", result: { text: "the answer" } });
  });

  it("returns at once what has ended", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const { id } = await t.core.turns.send(prompt(sessionId, "once", "key"));
    await t.ingest(sessionId, resultMessage(id));
    const again = await t.core.turns.ask(prompt(sessionId, "once", "key"), AbortSignal.timeout(5000));
    expect(again).toMatchObject({ id, status: "completed" });
  });

  it("ends with its caller, and the turn goes on", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const caller = new AbortController();
    const asked = t.core.turns.ask(prompt(sessionId), caller.signal);
    await expect.poll(() => t.core.links.findRunningTurn(sessionId), { interval: 1 }).toBeDefined();
    caller.abort(new Error("gone"));
    await expect(asked).rejects.toThrow("gone");
    expect(await t.core.links.findRunningTurn(sessionId)).toBeDefined();
  });
});
