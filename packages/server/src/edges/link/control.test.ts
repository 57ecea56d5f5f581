import { randomUUID } from "node:crypto";
import { duplexPair } from "node:stream";
import {
  AgentSessionId,
  type ApprovalId,
  CcError,
  createLineReader,
  encodeLine,
  LINK_VERSION,
  type OutboxItem,
  SessionId,
  ToWrapper,
  TurnId,
} from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { openTestCore, type TestCore } from "../../core/core.test-helper.ts";
import { systemClock } from "../../lib/clock.ts";
import { createRedactor } from "../../lib/redact.ts";
import { runControl } from "./control.ts";

const SECRET = "sk-ant-known-to-the-gateway";

/** A wrapper's end of the conversation, spoken by hand against the real core. */
async function openControl(t: TestCore, sessionId: SessionId) {
  const [wrapper, stream] = duplexPair();
  const session = await t.core.links.require(sessionId);
  const ended = runControl({
    links: t.core.links,
    session,
    stream,
    clock: systemClock,
    modelMaxRetries: 3,
    redactor: createRedactor([SECRET]),
    onHello: () => undefined,
  });
  ended.catch(() => undefined);
  const reader = createLineReader({ maxBytes: 10_000_000 });
  const heard: ToWrapper[] = [];
  wrapper.on("data", (chunk: Buffer) =>
    heard.push(...reader.push(chunk).map((line) => ToWrapper.parse(JSON.parse(line)))),
  );

  async function next(type: ToWrapper["type"]): Promise<ToWrapper> {
    await expect.poll(() => heard.some((message) => message.type === type), { interval: 1 }).toBe(true);
    return heard.splice(
      heard.findIndex((message) => message.type === type),
      1,
    )[0] as ToWrapper;
  }

  const say = (message: unknown) => void wrapper.write(encodeLine(message));
  const hello = (fields = {}) =>
    say({ type: "hello", version: LINK_VERSION, sessionId, started: true, ready: true, lastNumber: 0, ...fields });
  return { wrapper, stream, ended, heard, next, say, hello };
}

const item = (n: number): OutboxItem => ({ n, kind: "agent", message: { type: "assistant", n } });

describe("the control door", () => {
  it("greets with the session and the number it has stored", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.core.links.ingest({ sessionId, generation: 1, items: [item(1), item(2)] });
    const { next } = await openControl(t, sessionId);
    expect(await next("hello")).toEqual({
      type: "hello",
      version: LINK_VERSION,
      sessionId,
      acked: 2,
    });
  });

  it("stores nothing of what a wrapper sends with a secret of the gateway in it, however its bytes come", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.send(sessionId);
    const { hello, wrapper, next } = await openControl(t, sessionId);
    hello({ started: true, ready: true, lastNumber: 1 });
    const items = [{ n: 1, kind: "agent-exited" as const, detail: `it wrote ${SECRET} at last` }];
    for (const byte of Buffer.from(`${JSON.stringify({ type: "items", items })}\n`)) wrapper.write(Buffer.from([byte]));
    await next("ack");
    const events = JSON.stringify(await t.readEvents(sessionId));
    expect(events).toContain(`it wrote ${"*".repeat(SECRET.length)} at last`);
    expect(events).not.toContain(SECRET);
  });

  it("has an agent started in a directory of the host only when that is what the wrapper has mounted", async () => {
    await using t = await openTestCore();
    const asked: unknown[] = [];
    t.runtime.directories.requireMounted = async (directory, mounted) => {
      asked.push([directory.path, mounted?.inode]);
      if (mounted?.inode !== "7") throw new CcError("WORKSPACE_CHANGED", "it is another");
    };
    const create = async () =>
      (await t.core.sessions.create({ owner: "ann", config: {}, workspace: { type: "host", path: "/srv" } })).id;
    const none = { started: false, ready: false };
    for (const workspace of [undefined, { device: "1", inode: "8", bootId: "b" }]) {
      const { hello, heard, ended } = await openControl(t, await create());
      hello({ ...none, workspace });
      await expect(ended).rejects.toMatchObject({ code: "WORKSPACE_CHANGED" });
      expect(heard.map(({ type }) => type)).not.toContain("start");
    }
    const { hello, next } = await openControl(t, await create());
    hello({ ...none, workspace: { device: "1", inode: "7", bootId: "b" } });
    expect(await next("start")).toMatchObject({ user: { uid: 12_345, gid: 100 } });
    expect(asked).toEqual([
      ["/srv", undefined],
      ["/srv", "8"],
      ["/srv", "7"],
    ]);
  });

  it("starts the agent of a wrapper that has none, once, when all of its outbox is stored", async () => {
    await using t = await openTestCore();
    const { id: sessionId } = await t.core.sessions.create({ owner: "ann", config: { model: "opus" } });
    const { hello, say, next, heard } = await openControl(t, sessionId);
    hello({ started: false, ready: false, lastNumber: 2 });
    for (let n = 0; n < 2; n += 1) {
      say({ type: "items", items: [item(1)] });
      expect(await next("ack")).toEqual({ type: "ack", n: 1 });
    }
    expect(heard.filter(({ type }) => type === "start")).toEqual([]);
    say({ type: "items", items: [item(2)] });
    expect(await next("start")).toEqual({ type: "start", config: { model: "opus" }, modelMaxRetries: 3 });
    const again = await openControl(t, sessionId);
    again.hello({ started: true, ready: false, lastNumber: 2 });
    await again.next("hello");
    await new Promise(setImmediate);
    expect(again.heard).toEqual([]);
  });

  it("hands a wrapper without an agent the conversation to go on from, then has it start", async () => {
    await using t = await openTestCore();
    const agentSessionId = AgentSessionId.parse(randomUUID());
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const prompt = { type: "user", uuid: turnId as string, text: "é😀" };
    const helper = { type: "assistant", uuid: "1" };
    await t.ingest(
      sessionId,
      { kind: "transcript", agentSessionId, entries: [prompt] },
      { kind: "transcript", agentSessionId, subpath: "subagents/agent-a", entries: [helper] },
      { kind: "agent-exited", detail: "" },
    );
    const { hello, next, heard, say } = await openControl(t, sessionId);
    await next("hello");
    hello({ started: false, ready: false, lastNumber: 3 });
    await expect.poll(() => heard.length, { interval: 1 }).toBe(3);
    const resume = { agentSessionId, unfinishedTurn: turnId };
    expect(heard.splice(0)).toEqual([
      { type: "transcript", entries: [prompt] },
      { type: "transcript", subpath: "subagents/agent-a", entries: [helper] },
      { type: "start", config: {}, modelMaxRetries: 3, resume },
    ]);
    say({ type: "ready" });
    expect(await next("turn.start")).toMatchObject({ turnId });
  });

  it("has the agent of an idle session parked, and go on when it is resumed", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession("ann", { parkAfter: 0.02 });
    const { hello, next, heard } = await openControl(t, sessionId);
    hello();
    expect(await next("park")).toEqual({ type: "park", parked: true });
    await t.core.sessions.resume({ owner: "ann", sessionId });
    expect(await next("park")).toEqual({ type: "park", parked: false });
    expect(heard.map(({ type }) => type)).not.toContain("turn.start");
  });

  it("puts a wrapper right that says of its agent what does not hold, after a break of the link", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const idle = await openControl(t, sessionId);
    idle.hello({ parked: true });
    expect(await idle.next("park")).toEqual({ type: "park", parked: false });
    await t.store.write((tx) => tx.updateSession(sessionId, { status: "paused", parked: true }));
    const [right, wrong] = [await openControl(t, sessionId), await openControl(t, sessionId)];
    right.hello({ parked: true });
    wrong.hello({ parked: false });
    expect(await wrong.next("park")).toEqual({ type: "park", parked: true });
    expect(right.heard.map(({ type }) => type)).toEqual(["hello"]);
  });

  it("tells what need not be asked before the start, and only to a wrapper that says it was told otherwise", async () => {
    await using t = await openTestCore();
    const { id: sessionId } = await t.core.sessions.create({ owner: "ann", config: { permissionMode: "ask" } });
    await t.store.write((tx) => tx.updateSession(sessionId, { allowedRules: ["Bash"] }));
    const [fresh, told, older] = [
      await openControl(t, sessionId),
      await openControl(t, sessionId),
      await openControl(t, sessionId),
    ];
    told.hello({ started: false, ready: false, allowedRules: ["Bash"] });
    older.hello({ started: false, ready: false });
    fresh.hello({ started: false, ready: false, allowedRules: [] });
    for (const { heard } of [fresh, told, older]) await expect.poll(() => heard.at(-1)?.type).toBe("start");
    expect(fresh.heard).toMatchObject([{ type: "hello" }, { type: "rules", allowed: ["Bash"] }, { type: "start" }]);
    for (const { heard } of [told, older]) expect(heard).toMatchObject([{ type: "hello" }, { type: "start" }]);
  });

  it("tells a rule before the answer that adds it, and that it was withdrawn", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession("ann", { permissionMode: "ask" });
    const turnId = await t.send(sessionId);
    await t.ingest(sessionId, { kind: "approval", turnId, key: "k", toolName: "Bash", input: {} });
    const { hello, next, heard } = await openControl(t, sessionId);
    hello({ allowedRules: [] });
    await next("turn.start");
    const { approvals } = await t.core.approvals.list({ owner: "ann", limit: 1 });
    const answer = { decision: "allow", rule: "Bash(ls *)" } as const;
    await t.core.approvals.answer({ owner: "ann", approvalId: approvals[0]?.id as ApprovalId, answer });
    await expect.poll(() => heard.at(-1)?.type).toBe("approval.answer");
    expect(heard).toEqual([
      expect.objectContaining({ type: "hello" }),
      { type: "rules", allowed: ["Bash(ls *)"] },
      { type: "approval.answer", key: "k", answer },
    ]);
    await next("rules");
    await t.core.sessions.update({ owner: "ann", sessionId, allowedRules: [] });
    expect(await next("rules")).toEqual({ type: "rules", allowed: [] });
  });

  it("stores what the outbox holds of an earlier instance before it says how the turn goes on", async () => {
    await using t = await openTestCore();
    const agentSessionId = AgentSessionId.parse(randomUUID());
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    await t.core.links.ingest({ sessionId, generation: 1, items: [{ n: 1, kind: "agent-exited", detail: "" }] });
    const { hello, next, say } = await openControl(t, sessionId);
    hello({ started: false, ready: false, lastNumber: 2 });
    say({ type: "items", items: [item(1)] });
    await next("ack");
    const entries = [{ type: "user", uuid: turnId as string }];
    say({ type: "items", items: [{ n: 2, kind: "transcript", agentSessionId, entries }] });
    expect(await next("transcript")).toMatchObject({ entries });
    expect(await next("start")).toMatchObject({ resume: { agentSessionId, unfinishedTurn: turnId } });
  });

  it("sends a long conversation in parts, as fast as the wrapper reads it", async () => {
    await using t = await openTestCore();
    const agentSessionId = AgentSessionId.parse(randomUUID());
    const sessionId = await t.openSession();
    for (let n = 0; n < 30; n += 1) {
      const entries = [{ type: "user", uuid: `${n}`, text: "x".repeat(500_000) }];
      await t.ingest(sessionId, { kind: "transcript", agentSessionId, entries });
    }
    await t.core.sessions.stop({ owner: "ann", sessionId });
    await t.send(sessionId);
    const { hello, next, heard, stream } = await openControl(t, sessionId);
    await next("hello");
    const listeners = stream.listenerCount("close");
    hello({ started: false, ready: false, lastNumber: 30 });
    await next("start");
    const uuids = heard.flatMap((message) =>
      message.type === "transcript" ? message.entries.map(({ uuid }) => uuid) : [],
    );
    expect(uuids).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`));
    expect(heard.filter(({ type }) => type === "transcript").length).toBeGreaterThan(12);
    expect(stream.listenerCount("close")).toBe(listeners);
  });

  it.each([
    ["as it speaks today", {}],
    ["whose hello has none of what was added since", { started: undefined }],
  ])("refuses a wrapper of another version, %s", async (_what, fields) => {
    await using t = await openTestCore();
    const { ended, hello } = await openControl(t, await t.openSession());
    hello({ version: LINK_VERSION - 1, ...fields });
    await expect(ended).rejects.toMatchObject({ code: "LINK_VERSION_MISMATCH" });
  });

  it("refuses a wrapper of another session", async () => {
    await using t = await openTestCore();
    const { ended, hello } = await openControl(t, await t.openSession());
    hello({ sessionId: randomUUID() });
    await expect(ended).rejects.toMatchObject({ code: "LINK_PROTOCOL_BROKEN" });
  });

  it.each([
    ["no JSON", "nonsense\n"],
    ["a message that nobody knows", '{"type":"become-root"}\n'],
    ["an item without a number", '{"type":"items","items":[{"kind":"agent","message":{"type":"x"}}]}\n'],
    ["no items", '{"type":"items","items":[]}\n'],
    ["a line without an end", "x".repeat(17 * 1024 * 1024)],
  ])("breaks with a wrapper that says %s, and stores nothing of it", async (_what, text) => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const { ended, wrapper } = await openControl(t, sessionId);
    wrapper.on("error", () => undefined).write(text);
    await expect(ended).rejects.toBeInstanceOf(Error);
    expect(await t.readEvents(sessionId)).toHaveLength(2);
  });

  it.each([
    ["no JSON", Buffer.from("{\n")],
    ["a message it does not know", Buffer.from('{"type":"dance"}\n')],
    [
      "an agent's message without a kind",
      Buffer.from('{"type":"items","items":[{"n":1,"kind":"agent","message":{"type":5}}]}\n'),
    ],
  ])("ends with a wrapper that says %s, and names the reason", async (_what, bytes) => {
    await using t = await openTestCore();
    const { wrapper, ended, hello } = await openControl(t, await t.openSession());
    hello();
    wrapper.write(bytes);
    await expect(ended).rejects.toMatchObject({ code: "LINK_PROTOCOL_BROKEN" });
  });

  it("ends with a wrapper whose items make a defect show, for they would come again for ever", async () => {
    await using t = await openTestCore();
    const defect = new RangeError("too deep");
    t.core.links.ingest = () => Promise.reject(defect);
    const { say, ended, hello } = await openControl(t, await t.openSession());
    hello();
    say({ type: "items", items: [item(1)] });
    await expect(ended).rejects.toMatchObject({ code: "LINK_PROTOCOL_BROKEN", cause: defect });
  });

  it("makes the session idle when the agent is ready, said with the hello or later", async () => {
    await using t = await openTestCore();
    for (const ready of [true, false]) {
      const { id } = await t.core.sessions.create({ owner: "ann", config: {} });
      const { hello, say } = await openControl(t, id);
      hello({ ready });
      if (!ready) say({ type: "ready" });
      await expect.poll(async () => (await t.store.findSession(id))?.status, { interval: 1 }).toBe("idle");
    }
  });

  it("acknowledges items only when they are stored", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const { hello, say, next } = await openControl(t, sessionId);
    hello();
    say({ type: "items", items: [item(1), item(2)] });
    expect(await next("ack")).toEqual({ type: "ack", n: 2 });
    expect(await t.store.findSession(sessionId)).toMatchObject({ outboxAcked: 2 });
    say({ type: "items", items: [item(1), item(2), item(3)] });
    expect(await next("ack")).toEqual({ type: "ack", n: 3 });
    expect(await t.readEvents(sessionId)).toHaveLength(2 + 3);
  });

  it("takes in what comes at once in pieces, each acknowledged when it is stored", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const { wrapper, say, hello, next, heard } = await openControl(t, sessionId);
    hello();
    say({ type: "items", items: Array.from({ length: 450 }, (_, index) => item(index + 1)) });
    expect([await next("ack"), await next("ack"), await next("ack")]).toEqual(
      [200, 400, 450].map((n) => ({ type: "ack", n })),
    );
    const long = (n: number) => ({ n, kind: "agent", message: { type: "assistant", text: "x".repeat(50_000) } });
    wrapper.write(Buffer.concat([451, 452].map((n) => encodeLine({ type: "items", items: [long(n)] }))));
    expect([await next("ack"), await next("ack")]).toEqual([451, 452].map((n) => ({ type: "ack", n })));
    expect(heard.filter(({ type }) => type === "ack")).toEqual([]);
    expect(await t.readEvents(sessionId)).toHaveLength(2 + 452);
  });

  it("hands over the running turn once a connection, and the next when it is its turn", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const [one, two] = [await t.send(sessionId, "first"), await t.send(sessionId, "second")];
    const { hello, next, say, heard } = await openControl(t, sessionId);
    hello();
    expect(await next("turn.start")).toEqual({ type: "turn.start", turnId: one, prompt: "first" });
    say({ type: "items", items: [item(1)] });
    await next("ack");
    expect(heard.filter(({ type }) => type === "turn.start")).toEqual([]);
    const result = { type: "result", subtype: "success", is_error: false, result: "" };
    say({ type: "items", items: [{ n: 2, kind: "agent", turnId: one, message: result }] });
    expect(await next("turn.start")).toEqual({ type: "turn.start", turnId: two, prompt: "second" });
    const again = await openControl(t, sessionId);
    again.hello();
    expect(await again.next("turn.start")).toMatchObject({ turnId: two });
  });

  it("hands over a prompt that comes while the wrapper waits, but none before its hello", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const { hello, next, heard } = await openControl(t, sessionId);
    await next("hello");
    const turnId = TurnId.parse(await t.send(sessionId));
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
    hello();
    expect(await next("turn.start")).toMatchObject({ turnId });
  });

  it("has the running turn interrupted once a connection, after its prompt", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const turnId = await t.send(sessionId);
    const { hello, next, heard, say } = await openControl(t, sessionId);
    hello();
    await next("turn.start");
    await t.core.turns.interrupt({ owner: "ann", sessionId });
    expect(await next("turn.interrupt")).toEqual({ type: "turn.interrupt", turnId });
    t.bus.publish(`commands:${sessionId}`, 0);
    say({ type: "items", items: [item(1)] });
    await next("ack");
    expect(heard.map(({ type }) => type)).toEqual(["hello"]);
    const again = await openControl(t, sessionId);
    again.hello();
    await again.next("turn.interrupt");
    expect(again.heard.map(({ type }) => type)).toEqual(["hello", "turn.start"]);
  });

  it("does not have the next turn interrupted with the one before", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const [one, two] = [await t.send(sessionId), await t.send(sessionId)];
    const { hello, next, say, heard } = await openControl(t, sessionId);
    hello();
    await next("turn.start");
    await t.core.turns.interrupt({ owner: "ann", sessionId });
    await next("turn.interrupt");
    const result = { type: "result", subtype: "error_during_execution", is_error: true };
    say({ type: "items", items: [{ n: 1, kind: "agent", turnId: one, message: result }] });
    expect(await next("turn.start")).toMatchObject({ turnId: two });
    expect(heard.filter(({ type }) => type === "turn.interrupt")).toEqual([]);
  });

  it("ends with the wrapper's side, and hears no bell after it", async () => {
    await using t = await openTestCore();
    const sessionId = SessionId.parse(await t.openSession());
    const { ended, wrapper, hello, heard, next } = await openControl(t, sessionId);
    hello();
    await next("hello");
    wrapper.end();
    await ended;
    await t.send(sessionId, randomUUID());
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
  });
});
