import { randomUUID } from "node:crypto";
import { AgentSessionId, CcError, type SessionId, type TranscriptEntry, type TurnId } from "@cc-docker/protocol";
import { describe, expect, it, vi } from "vitest";
import { openTestCore, refused, resultMessage, type TestCore } from "../core.test-helper.ts";

const AGENT_SESSION = AgentSessionId.parse(randomUUID());

/** What Claude Code writes of a turn, with notes of its own and a helper's. */
function linesOf(turnId: TurnId, text: string): TranscriptEntry[] {
  const line = { sessionId: AGENT_SESSION, cwd: "/workspace" };
  return [
    { ...line, type: "queue-operation", content: `asked ${text}` },
    { ...line, type: "user", uuid: turnId, message: { role: "user", content: `asked ${text}` } },
    { ...line, type: "assistant", uuid: randomUUID(), message: { role: "assistant", content: `said ${text}` } },
  ];
}

async function tell(t: TestCore, sessionId: SessionId, entries: TranscriptEntry[], subpath?: string): Promise<void> {
  const item = { kind: "transcript" as const, agentSessionId: AGENT_SESSION, entries };
  await t.ingest(sessionId, subpath === undefined ? item : { ...item, subpath });
}

/** A turn with all that comes of it. */
async function doTurn(t: TestCore, sessionId: SessionId, text: string): Promise<TurnId> {
  const turnId = await t.send(sessionId, `asked ${text}`);
  await tell(t, sessionId, linesOf(turnId, text));
  await tell(
    t,
    sessionId,
    [{ type: "user", uuid: randomUUID(), sessionId: AGENT_SESSION, helped: text }],
    "subagents/a",
  );
  await t.ingest(sessionId, resultMessage(turnId));
  return turnId;
}

async function readLines(t: TestCore, sessionId: SessionId): Promise<TranscriptEntry[]> {
  const rows = await t.store.readTranscript(sessionId, { after: 0, maxBytes: 1e9 });
  return rows.map(({ json }) => JSON.parse(json) as TranscriptEntry);
}

async function textsOf(t: TestCore, sessionId: SessionId): Promise<unknown[]> {
  const lines = await readLines(t, sessionId);
  return lines.map((line) => line["helped"] ?? (line["message"] as { content?: unknown } | undefined)?.content);
}

const fork = (t: TestCore, sessionId: SessionId, fields: { turnId?: TurnId; idempotencyKey?: string } = {}) =>
  t.core.sessions.fork({ owner: "ann", sessionId, config: {}, ...fields });

async function untilStatus(t: TestCore, id: SessionId, status: string): Promise<void> {
  await expect.poll(async () => (await t.store.findSession(id))?.status, { interval: 1 }).toBe(status);
}

async function untilCopied(t: TestCore, id: SessionId): Promise<void> {
  await expect.poll(async () => (await t.store.findSession(id))?.filesFrom, { interval: 1 }).toBeUndefined();
}

describe("a fork", () => {
  it("works in the directory of a parent that works in one: its home is all that is copied", async () => {
    await using t = await openTestCore();
    const workspace = { type: "host", path: "/srv/project" } as const;
    const { id: parent } = await t.core.sessions.create({ owner: "ann", config: {}, name: "first", workspace });
    await t.core.links.ready({ sessionId: parent, generation: 1 });
    const parts: unknown[] = [];
    t.runtime.beforeCopy = async (spec) => void parts.push(spec.parts);
    const made = await fork(t, parent);
    expect(made).toMatchObject({ workspace });
    expect(made).not.toHaveProperty("name");
    await untilCopied(t, made.id);
    const plain = await fork(t, await t.openSession());
    await untilCopied(t, plain.id);
    expect(parts).toEqual([["home"], ["workspace", "home"]]);
  });

  it("has the conversation up to the end of the turn, under an id of its own, and nothing after", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    await doTurn(t, parent, "one");
    const turnId = await doTurn(t, parent, "two");
    await doTurn(t, parent, "three");
    const before = [await t.store.findSession(parent), await readLines(t, parent), await t.readEvents(parent)];
    const { id, forkedFrom, status, turnCount } = await fork(t, parent, { turnId });
    expect({ forkedFrom, status, turnCount }).toEqual({
      forkedFrom: { sessionId: parent, turnId },
      status: "starting",
      turnCount: 0,
    });
    await untilCopied(t, id);
    expect(await textsOf(t, id)).toEqual(["asked one", "said one", "one", "asked two", "said two", "two"]);
    const { agentSessionId } = (await t.store.findSession(id)) ?? {};
    expect(agentSessionId).not.toBe(AGENT_SESSION);
    expect(new Set((await readLines(t, id)).map((line) => line["sessionId"]))).toEqual(new Set([agentSessionId]));
    expect(await t.core.links.prepareStart(id)).toMatchObject({ resume: { agentSessionId } });
    expect(await t.readEvents(id)).toMatchObject([
      { seq: 1, type: "session.starting", data: { reason: "created", forkedFrom: { sessionId: parent, turnId } } },
    ]);
    expect([await t.store.findSession(parent), await readLines(t, parent), await t.readEvents(parent)]).toEqual(before);
  });

  it("without a turn is made at the newest that is over, also while later ones run, wait or were taken back", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const over = await doTurn(t, parent, "one");
    const running = await t.send(parent, "asked two");
    await tell(t, parent, linesOf(running, "two").slice(0, 2));
    const cancelled = await t.send(parent, "asked three");
    await t.core.turns.interrupt({ owner: "ann", sessionId: parent, turnId: cancelled });
    const { id, forkedFrom } = await fork(t, parent);
    expect(forkedFrom?.turnId).toBe(over);
    await untilCopied(t, id);
    expect(await textsOf(t, id)).toEqual(["asked one", "said one", "one"]);
    for (const turnId of [running, cancelled])
      await expect(fork(t, parent, { turnId })).rejects.toMatchObject({
        code: "TURN_NOT_OVER",
        message: expect.stringContaining(running),
      });
    await t.ingest(parent, resultMessage(running));
    expect((await fork(t, parent)).forkedFrom?.turnId).toBe(cancelled);
  });

  it("of a session whose conversation has no message begins a new one", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const { id, forkedFrom } = await fork(t, parent);
    expect(forkedFrom).toEqual({ sessionId: parent });
    const running = await t.send(parent, "asked");
    await tell(t, parent, [{ type: "mode", sessionId: AGENT_SESSION }, ...linesOf(running, "it")]);
    const { id: second } = await fork(t, parent);
    for (const one of [id, second]) {
      await untilCopied(t, one);
      expect(await readLines(t, one)).toEqual([]);
      expect(await t.store.findSession(one)).not.toHaveProperty("agentSessionId");
    }
  });

  it("of a fork has what that one has from its parent, or is to get from it, before any turn of its own", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    await doTurn(t, parent, "one");
    const copying = Promise.withResolvers<void>();
    t.runtime.beforeCopy = () => copying.promise;
    const { id: first } = await fork(t, parent);
    const { id: second, forkedFrom } = await fork(t, first);
    expect(forkedFrom).toEqual({ sessionId: first });
    copying.resolve();
    await untilCopied(t, first);
    await t.core.links.ready({ sessionId: first, generation: 1 });
    const { id: third } = await fork(t, first);
    for (const id of [first, second, third]) {
      await untilCopied(t, id);
      expect(await textsOf(t, id)).toEqual(["asked one", "said one", "one"]);
    }
    const ids = await Promise.all(
      [first, second, third].map(async (id) => (await t.store.findSession(id))?.agentSessionId),
    );
    expect(new Set([AGENT_SESSION, ...ids]).size).toBe(4);
  });

  it("has its parent's configuration but for what is asked otherwise, checked as at a creation", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession("ann", { model: "opus", idleTimeout: 20 });
    const ask = { owner: "ann", sessionId: parent };
    const made = await t.core.sessions.fork({ ...ask, config: { idleTimeout: 30 } });
    expect(made.config).toEqual({ model: "opus", idleTimeout: 30 });
    const tooLong = t.core.sessions.fork({ ...ask, config: { idleTimeout: 99_999 } });
    await expect(tooLong).rejects.toMatchObject(refused("TIMEOUT_TOO_LONG"));
  });

  it("of what its owner cannot see is refused like what does not exist", async () => {
    await using t = await openTestCore();
    const foreign = await t.openSession("bob");
    const gone = await t.openSession();
    const turnOfAnother = await doTurn(t, await t.openSession(), "one");
    await t.core.sessions.delete({ owner: "ann", sessionId: gone });
    for (const id of [foreign, gone, randomUUID() as SessionId])
      await expect(fork(t, id)).rejects.toMatchObject({
        code: "SESSION_NOT_FOUND",
        message: expect.stringContaining(id),
      });
    const wrong = fork(t, await t.openSession(), { turnId: turnOfAnother });
    await expect(wrong).rejects.toMatchObject(refused("TURN_NOT_FOUND"));
  });

  it("under one key is one, whatever its parent has come to meanwhile", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const forks = await Promise.all(Array.from({ length: 20 }, () => fork(t, parent, { idempotencyKey: "k" })));
    await doTurn(t, parent, "one");
    forks.push(await fork(t, parent, { idempotencyKey: "k" }));
    expect(new Set(forks.map(({ id }) => id)).size).toBe(1);
    const create = t.core.sessions.create({ owner: "ann", config: {}, idempotencyKey: "k" });
    await expect(create).rejects.toMatchObject(refused("IDEMPOTENCY_KEY_REUSED"));
  });
});

describe("the conversation of a fork", () => {
  /** Some 5 MB; a third of the lines has no id. */
  async function openLong(t: TestCore): Promise<{ parent: SessionId; lines: string[] }> {
    const parent = await t.openSession();
    const turnId = await doTurn(t, parent, "one");
    const text = "x".repeat(50_000);
    for (let n = 0; n < 100; n += 1) {
      const line = { sessionId: AGENT_SESSION, n, text };
      const helped = { ...line, type: "progress", ...(n % 3 > 0 && { uuid: randomUUID() }) };
      await tell(t, parent, [helped], n % 2 === 0 ? undefined : "subagents/a");
    }
    await t.ingest(parent, resultMessage(turnId));
    return { parent, lines: await linesWithoutId(t, parent) };
  }

  /** But for what a fork does not get. */
  async function linesWithoutId(t: TestCore, id: SessionId): Promise<string[]> {
    const lines = (await readLines(t, id)).filter(({ type }) => type !== "queue-operation");
    return lines.map((line) => JSON.stringify({ ...line, sessionId: "" }));
  }

  it("comes in pieces, between which others are changed; what is said meanwhile does not come along", async () => {
    await using t = await openTestCore();
    const { parent, lines } = await openLong(t);
    const copied: number[] = [];
    const write = t.store.write;
    vi.spyOn(t.store, "write").mockImplementation((work) =>
      write(async (tx) => {
        const insertTranscript: typeof tx.insertTranscript = async (sessionId, rows) => {
          if (sessionId !== parent) copied.push(rows.reduce((sum, { json }) => sum + json.length, 0));
          await tx.insertTranscript(sessionId, rows);
        };
        return work({ ...tx, insertTranscript });
      }),
    );
    const { id } = await fork(t, parent);
    await expect.poll(() => copied.length, { interval: 1 }).toBeGreaterThan(0);
    await doTurn(t, parent, "two");
    expect(await t.store.findSession(id)).toHaveProperty("transcriptSpan");
    await untilCopied(t, id);
    expect(copied.length).toBeGreaterThan(8);
    expect(Math.max(...copied)).toBeLessThan(600_000);
    expect(await linesWithoutId(t, id)).toEqual(lines);
    expect(await t.store.findSession(id)).not.toHaveProperty("transcriptSpan");
  });

  it("goes on from where it was cut off, before the fork has an instance, each line once", async () => {
    await using t = await openTestCore();
    const { parent, lines } = await openLong(t);
    const { id } = await fork(t, parent);
    await expect.poll(async () => (await readLines(t, id)).length, { interval: 1 }).toBeGreaterThan(0);
    await t.core.close();
    const half = (await readLines(t, id)).length;
    expect(half).toBeLessThan(lines.length);
    expect(t.runtime.instances.has(id)).toBe(false);
    await using next = await openTestCore({ beside: t });
    t.runtime.beforeStart = async ({ sessionId }) => expect(await linesWithoutId(t, sessionId)).toEqual(lines);
    next.core.start();
    await expect.poll(() => t.runtime.instances.has(id), { interval: 1, timeout: 5000 }).toBe(true);
  });

  it("that the store has no space for fails the fork, which rests; the next prompt goes on with it", async () => {
    await using t = await openTestCore();
    const { parent, lines } = await openLong(t);
    const write = t.store.write;
    let pieces = 0;
    const spy = vi.spyOn(t.store, "write").mockImplementation((work) =>
      write(async (tx) => {
        const insertTranscript: typeof tx.insertTranscript = async (...rows) => {
          if ((pieces += 1) === 3) throw new CcError("STORE_FULL", "The database has no space to write to.");
          await tx.insertTranscript(...rows);
        };
        return work({ ...tx, insertTranscript });
      }),
    );
    const { id } = await fork(t, parent);
    await untilStatus(t, id, "failed");
    spy.mockRestore();
    expect(await t.store.findSession(id)).toMatchObject({ error: { code: "STORE_FULL" }, filesFrom: parent });
    await t.send(id);
    await untilCopied(t, id);
    expect(await linesWithoutId(t, id)).toEqual(lines);
  });

  it("comes of a parent that is deleted meanwhile, which is removed then", async () => {
    await using t = await openTestCore();
    const { parent, lines } = await openLong(t);
    const { id } = await fork(t, parent);
    await t.core.sessions.delete({ owner: "ann", sessionId: parent });
    expect(await t.store.findSession(parent)).toMatchObject({ deleted: true });
    await untilCopied(t, id);
    expect(await linesWithoutId(t, id)).toEqual(lines);
    await expect.poll(() => t.store.findSession(parent), { interval: 1 }).toBeUndefined();
  });
});

describe("the files of a fork", () => {
  it("are there before its instance is started", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const copying = Promise.withResolvers<void>();
    t.runtime.beforeCopy = () => copying.promise;
    const { id } = await fork(t, parent);
    expect(await t.store.findSession(id)).toMatchObject({ filesFrom: parent });
    expect(t.runtime.instances.has(id)).toBe(false);
    copying.resolve();
    await expect.poll(() => t.runtime.instances.has(id), { interval: 1 }).toBe(true);
    expect(await t.store.findSession(id)).not.toHaveProperty("filesFrom");
  });

  it("that cannot be copied fail it, with the runtime's word; the next prompt copies again", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    t.runtime.beforeCopy = () => Promise.reject(new CcError("FORK_COPY_FAILED", "No space left on device"));
    const { id } = await fork(t, parent);
    await untilStatus(t, id, "failed");
    expect(await t.core.sessions.get({ owner: "ann", sessionId: id })).toMatchObject({
      error: { code: "FORK_COPY_FAILED", message: "No space left on device" },
    });
    expect(t.runtime.instances.has(id)).toBe(false);
    t.runtime.beforeCopy = async () => undefined;
    await t.send(id);
    await untilCopied(t, id);
    await expect.poll(() => t.runtime.instances.get(id)?.generation, { interval: 1 }).toBe(2);
  });

  it("come from where its parent's do, while that one has none of its own", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const copying = Promise.withResolvers<void>();
    const copied: string[] = [];
    t.runtime.beforeCopy = async ({ from, to }) => {
      copied.push(`${from} ${to}`);
      await copying.promise;
    };
    const { id: first } = await fork(t, parent);
    const { id: second } = await fork(t, first);
    copying.resolve();
    for (const id of [first, second]) await untilCopied(t, id);
    expect(copied).toEqual([`${parent} ${first}`, `${parent} ${second}`]);
  });

  it("that take too long are given up", async () => {
    await using t = await openTestCore({ timeouts: { copyTimeoutMs: 20 } });
    const parent = await t.openSession();
    t.runtime.beforeCopy = (_spec, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    const { id } = await fork(t, parent);
    await untilStatus(t, id, "failed");
    expect(await t.store.findSession(id)).toMatchObject({ error: { code: "FORK_COPY_FAILED" }, filesFrom: parent });
  });

  it("are no longer copied when it is stopped", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const begun = Promise.withResolvers<AbortSignal>();
    t.runtime.beforeCopy = async (_spec, signal) => {
      begun.resolve(signal);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    };
    const { id } = await fork(t, parent);
    const signal = await begun.promise;
    expect(await t.core.sessions.stop({ owner: "ann", sessionId: id })).toMatchObject({ status: "stopped" });
    expect(signal.aborted).toBe(true);
    expect(t.runtime.owners.has(id)).toBe(false);
  });

  it("are copied once its parent's removal may go on: what waits for it is removed then", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const copying = Promise.withResolvers<void>();
    t.runtime.beforeCopy = () => copying.promise;
    const { id } = await fork(t, parent);
    await t.core.sessions.delete({ owner: "ann", sessionId: parent });
    await expect(fork(t, parent)).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
    expect(t.runtime.owners.has(parent)).toBe(true);
    copying.resolve();
    await untilCopied(t, id);
    await expect.poll(() => t.runtime.owners.has(parent), { interval: 1 }).toBe(false);
    expect(t.runtime.owners.has(id)).toBe(true);
    expect(await t.store.findSession(id)).toMatchObject({ status: "starting", forkedFrom: { sessionId: parent } });
  });

  it("are gone when its parent was deleted while it rested without them", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    t.runtime.beforeCopy = () => Promise.reject(new CcError("FORK_COPY_FAILED", "disk full"));
    const { id } = await fork(t, parent);
    await untilStatus(t, id, "failed");
    await t.core.sessions.delete({ owner: "ann", sessionId: parent });
    expect(t.runtime.owners.has(parent)).toBe(false);
    t.runtime.beforeCopy = async () => undefined;
    await t.send(id);
    await expect
      .poll(async () => (await t.store.findSession(id))?.error?.code, { interval: 1 })
      .toBe("FORK_PARENT_GONE");
  });

  it("are copied while its parent stands still, which nobody takes for a hang, and it goes on after", async () => {
    await using t = await openTestCore({ timeouts: { hangTimeoutMs: 1200 } });
    const parent = await t.openSession();
    const turnId = await t.send(parent);
    const copying = Promise.withResolvers<void>();
    const isFrozen = () => t.runtime.instances.get(parent)?.paused;
    t.runtime.beforeCopy = () => copying.promise;
    const { id } = await fork(t, parent);
    await expect.poll(isFrozen, { interval: 1 }).toBe(true);
    const before = await t.readEvents(parent);
    t.core.start(); // reconcile finds a container that stands still though its row says otherwise
    setTimeout(copying.resolve, 1600);
    await copying.promise;
    await untilCopied(t, id);
    expect(isFrozen()).toBe(false);
    expect(await t.readEvents(parent)).toEqual(before);
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "running" });
    expect(await t.store.findTurn(turnId)).not.toHaveProperty("interrupt");
  });

  it("that a killed gateway was copying are copied anew by the next, and its parent goes on", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const begun = Promise.withResolvers<void>();
    t.runtime.beforeCopy = async () => {
      begun.resolve();
      await new Promise(() => {}); // the gateway is killed in the midst of it
    };
    const { id } = await fork(t, parent);
    await begun.promise;
    const killed = { parent: await t.store.findSession(parent), fork: await t.store.findSession(id) };
    await using next = await openTestCore({ runtime: t.runtime });
    await next.store.write(async (tx) => {
      for (const row of [killed.parent, killed.fork]) {
        if (!row) throw new Error("a row is missing");
        const { leaseHolder: _gone, ...free } = row;
        await tx.insertSession(free);
      }
    });
    t.runtime.beforeCopy = async () => undefined;
    expect(t.runtime.instances.get(parent)?.paused).toBe(true);
    next.core.start();
    await expect.poll(() => next.runtime.instances.get(id)?.generation, { interval: 1, timeout: 5000 }).toBe(1);
    expect(t.runtime.instances.get(parent)?.paused).toBe(false);
    expect(await next.store.findSession(id)).not.toHaveProperty("filesFrom");
  });

  it("let its parent go on as soon as they are read, however long the disk takes", async () => {
    await using t = await openTestCore();
    const parent = await t.openSession();
    const [reading, writing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const isFrozen = () => t.runtime.instances.get(parent)?.paused;
    t.runtime.beforeCopy = async (_spec, _signal, onRead) => {
      await reading.promise;
      onRead();
      await writing.promise;
    };
    const { id } = await fork(t, parent);
    await expect.poll(isFrozen, { interval: 1 }).toBe(true);
    reading.resolve();
    await expect.poll(isFrozen, { interval: 1 }).toBe(false);
    expect(await t.store.findSession(id)).toMatchObject({ filesFrom: parent });
    writing.resolve();
    await untilCopied(t, id);
  });

  it("leave its parent going on when they could not be copied, and frozen when a person paused it meanwhile", async () => {
    await using t = await openTestCore();
    const [failing, paused] = [await t.openSession(), await t.openSession()];
    const isFrozen = (id: SessionId) => t.runtime.instances.get(id)?.paused;
    const held = Promise.withResolvers<void>();
    t.runtime.beforeCopy = async ({ from }) => {
      expect(isFrozen(from)).toBe(true);
      if (from === failing) throw new CcError("FORK_COPY_FAILED", "disk full");
      await held.promise;
    };
    const { id } = await fork(t, failing);
    await untilStatus(t, id, "failed");
    expect(isFrozen(failing)).toBe(false);
    const { id: second } = await fork(t, paused);
    const pausing = t.core.sessions.pause({ owner: "ann", sessionId: paused });
    await untilStatus(t, paused, "paused");
    held.resolve();
    await Promise.all([pausing, untilCopied(t, second)]);
    expect(isFrozen(paused)).toBe(true);
  });

  it("are copied once its parent has started, which is not held up on its way", async () => {
    await using t = await openTestCore();
    const { id: parent } = await t.core.sessions.create({ owner: "ann", config: {} });
    await expect.poll(() => t.runtime.instances.has(parent), { interval: 1 }).toBe(true);
    const { id } = await fork(t, parent);
    const { id: other } = await fork(t, await t.openSession());
    await untilCopied(t, other);
    expect(await t.store.findSession(id)).toMatchObject({ status: "starting", filesFrom: parent });
    expect(t.runtime.instances.get(parent)?.paused).toBe(false);
    await t.core.links.ready({ sessionId: parent, generation: 1 });
    await untilCopied(t, id);
  });

  it("of a parent that does not come to start are copied when that is given up", async () => {
    await using t = await openTestCore({ startupTimeoutMs: 100 });
    const { id: parent } = await t.core.sessions.create({ owner: "ann", config: {} });
    const { id } = await fork(t, parent);
    await untilCopied(t, id);
    expect(await t.store.findSession(parent)).toMatchObject({ status: "failed", error: { code: "STARTUP_TIMEOUT" } });
  });

  it("keep its parent from being started while they are copied, and cost it nothing of its time to start", async () => {
    await using t = await openTestCore({ startupTimeoutMs: 100 });
    const parent = await t.openSession();
    await t.core.sessions.stop({ owner: "ann", sessionId: parent });
    const copying = Promise.withResolvers<void>();
    t.runtime.beforeCopy = () => copying.promise;
    const { id } = await fork(t, parent);
    await t.send(parent);
    setTimeout(copying.resolve, 150);
    await untilCopied(t, id);
    await expect.poll(() => t.runtime.instances.get(parent)?.generation, { interval: 1 }).toBe(2);
    expect((await t.store.findSession(parent))?.status).toBe("starting");
  });
});
