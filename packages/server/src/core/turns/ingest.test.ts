import { randomUUID } from "node:crypto";
import type { OutboxItem, SessionId, TurnId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { agentMessage, openTestCore, resultMessage } from "../core.test-helper.ts";

const item = (n: number, text = `message ${n}`): OutboxItem => ({
  n,
  kind: "agent",
  message: { type: "assistant", text },
});

describe("what a wrapper sends", () => {
  it("becomes events, with Claude's message untouched, and is acknowledged by its number", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const message = { type: "assistant", deep: { list: [1, null, "é😀\u2028"] }, "a.b": true };
    expect(await t.ingest(sessionId, agentMessage(turnId, message))).toBe(1);
    expect((await t.readEvents(sessionId)).at(-1)).toMatchObject({ type: "agent.assistant", turnId, data: message });
    expect(await t.store.findSession(sessionId)).toMatchObject({ outboxAcked: 1 });
  });

  it("is stored once, however often it is sent", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const send = (...items: OutboxItem[]) => t.core.links.ingest({ sessionId, generation: 1, items });
    expect(await send(item(1), item(2), item(3))).toBe(3);
    expect(await send(item(1), item(2), item(3))).toBe(3);
    expect(await send(item(2), item(3), item(4))).toBe(4);
    expect(await send(item(1))).toBe(4);
    expect(await send(item(5), item(6), item(5), item(6), item(1))).toBe(6);
    expect(await send(item(5), item(6))).toBe(6);
    const texts = (await t.readEvents(sessionId)).flatMap(({ type, data }) =>
      type === "agent.assistant" ? [data] : [],
    );
    expect(texts).toEqual([1, 2, 3, 4, 5, 6].map((n) => ({ type: "assistant", text: `message ${n}` })));
  });

  it("is stored once also when two pipes deliver it at the same time", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const items = Array.from({ length: 50 }, (_, index) => item(index + 1));
    const pipes = Array.from({ length: 8 }, (_, n) =>
      t.core.links.ingest({ sessionId, generation: 1, items: items.slice(0, 50 - n) }),
    );
    await Promise.all(pipes);
    expect(await t.readEvents(sessionId)).toHaveLength(2 + 50);
  });

  it("of an earlier instance is dropped and acknowledged, so that it is not sent for ever", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.store.write((tx) => tx.updateSession(sessionId, { generation: 2 }));
    expect(await t.core.links.ingest({ sessionId, generation: 1, items: [item(1), item(2)] })).toBe(2);
    expect(await t.readEvents(sessionId)).toHaveLength(2);
    expect(await t.store.findSession(sessionId)).toMatchObject({ outboxAcked: 0 });
  });

  it("of a session at rest, deleted or unknown is dropped and acknowledged", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.core.sessions.stop({ owner: "ann", sessionId });
    const events = await t.readEvents(sessionId);
    expect(await t.core.links.ingest({ sessionId, generation: 1, items: [item(1)] })).toBe(1);
    expect(await t.readEvents(sessionId)).toEqual(events);
    const unknown = randomUUID() as SessionId;
    expect(await t.core.links.ingest({ sessionId: unknown, generation: 1, items: [item(9)] })).toBe(9);
  });

  it("in one batch may end several turns, each with its own messages", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const [one, two] = [await t.send(sessionId), await t.send(sessionId)];
    await t.ingest(
      sessionId,
      agentMessage(one, { type: "assistant" }),
      resultMessage(one, { result: "1" }),
      agentMessage(two, { type: "assistant" }),
      resultMessage(two, { result: "2" }),
    );
    const own = (await t.readEvents(sessionId)).filter(({ type }) => /^agent|turn\.(started|completed)/.test(type));
    expect(own.map(({ type, turnId }) => [type, turnId])).toEqual([
      ["turn.started", one],
      ["agent.assistant", one],
      ["agent.result", one],
      ["turn.completed", one],
      ["turn.started", two],
      ["agent.assistant", two],
      ["agent.result", two],
      ["turn.completed", two],
    ]);
  });

  it("never ends a turn that does not run", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const [running, waiting] = [await t.send(sessionId), await t.send(sessionId)];
    const stranger = randomUUID() as TurnId;
    await t.ingest(
      sessionId,
      resultMessage(waiting),
      resultMessage(stranger),
      agentMessage(undefined, { type: "result" }),
    );
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: running });
    const results = (await t.readEvents(sessionId)).filter(({ type }) => type === "agent.result");
    expect(results.map(({ turnId }) => turnId)).toEqual([undefined, undefined, undefined]);
  });

  it("cannot invent types of the gateway", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const types = ["", "Assistant", "turn completed", "../x", "1", "é", "a\nb", "rate_limit_event", "x".repeat(100)];
    await t.ingest(sessionId, ...types.map((type) => agentMessage(undefined, { type })));
    const unknown = Array.from({ length: 7 }, () => "agent.unknown");
    const stored = (await t.readEvents(sessionId)).slice(2).map(({ type }) => type);
    expect(stored).toEqual([...unknown, "agent.rate_limit_event", `agent.${"x".repeat(100)}`]);
  });

  it("counts each turn's own cost of the session's running sum", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const costs = [];
    for (const total_cost_usd of [0.25, 0.75, 0.75]) {
      const turnId = await t.send(sessionId);
      await t.ingest(sessionId, resultMessage(turnId, { total_cost_usd }));
      costs.push((await t.store.findTurn(turnId))?.result?.costUsd);
    }
    expect(costs).toEqual([0.25, 0.5, 0]);
    expect(await t.core.sessions.get({ owner: "ann", sessionId })).toMatchObject({ costUsd: 0.75, turnCount: 3 });
  });

  it("sums what turns have used up, over all that came to a result", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const nothing = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 };
    const totalsOf = async () => (await t.core.sessions.get({ owner: "ann", sessionId })).totals;
    expect(await totalsOf()).toEqual({ durationMs: 0, apiCalls: 0, usage: nothing });
    const used = {
      duration_ms: 40,
      num_turns: 2,
      usage: { input_tokens: 1, output_tokens: 2, cache_read_input_tokens: 3, cache_creation_input_tokens: 4 },
    };
    await t.ingest(sessionId, resultMessage(await t.send(sessionId), used));
    await t.ingest(sessionId, resultMessage(await t.send(sessionId), { ...used, subtype: "error", is_error: true }));
    const usage = { inputTokens: 2, outputTokens: 4, cacheReadTokens: 6, cacheCreationTokens: 8 };
    expect(await totalsOf()).toEqual({ durationMs: 80, apiCalls: 4, usage });
  });

  it("ends the session when the agent's process has ended, says why, and lets the instance go", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession("ann", { onCrash: "fail" });
    const turnId = await t.send(sessionId);
    await t.ingest(
      sessionId,
      { kind: "agent-exited", turnId, detail: "exit code 1\nsegfault" },
      agentMessage(turnId, { type: "late" }),
    );
    const error = { code: "AGENT_EXITED", message: expect.stringContaining("segfault") };
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "failed", error });
    expect(await t.core.sessions.get({ owner: "ann", sessionId })).toMatchObject({ status: "failed", error });
    expect((await t.readEvents(sessionId)).at(-1)).toMatchObject({
      type: "session.failed",
      data: { reason: "crashed" },
    });
    await expect.poll(() => t.runtime.instances.size, { interval: 1 }).toBe(0);
  });

  it("says that a session never started when the agent ended before it was ready", async () => {
    await using t = await openTestCore();
    const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
    await t.ingest(id, { kind: "agent-exited", detail: "" });
    expect((await t.readEvents(id)).at(-1)).toMatchObject({ type: "session.failed", data: { reason: "start_error" } });
  });
});
