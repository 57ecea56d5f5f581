import { randomUUID } from "node:crypto";
import type { SessionId, TurnId } from "@cc-docker/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createManualClock } from "../../lib/clock.test-helper.ts";
import { systemClock } from "../../lib/clock.ts";
import type { SessionRow } from "../../ports/store/store.ts";
import { agentMessage, openTestCore, refused, type TestCore } from "../core.test-helper.ts";
import { checkTimeouts, createDeadlines, type DeadlineSettings } from "./deadlines.ts";

const NOW = "2026-01-01T00:00:00.000Z";
const GRACE_MS = 10_000;
const DAY_MS = 86_400_000;
const TURN = randomUUID() as TurnId;
const PARKED = { status: "paused", parked: true } as const;

function sessionRow(fields: Partial<SessionRow> = {}): SessionRow {
  const counters = {
    lastSeq: 0,
    outboxAcked: 0,
    agentCostUsd: 0,
    crashes: 0,
    openApprovals: 0,
    turnCount: 0,
    costUsd: 0,
    leaseFence: 1,
  };
  const times = { createdAt: NOW, updatedAt: NOW };
  const id = "s" as SessionId;
  return {
    id,
    owner: "ann",
    status: "idle",
    config: {},
    generation: 1,
    deleted: false,
    position: 1,
    ...counters,
    ...times,
    ...fields,
  };
}

const running = (fields: Partial<SessionRow> = {}) => sessionRow({ status: "running", runningTurn: TURN, ...fields });
/** As a crash leaves it: the turn is to go on in the next instance. */
const recovering = (fields: Partial<SessionRow> = {}) =>
  running({ status: "starting", generation: 2, crashes: 1, ...fields });

function startWatching(own: Partial<DeadlineSettings> = {}) {
  const heard: string[] = [];
  const settings = {
    idleTimeoutMs: 1000,
    sessionTimeoutMs: 100_000,
    requestTimeoutMs: 5000,
    hangTimeoutMs: 100_000,
    parkAfterMs: 0,
    ...own,
  };
  const deadlines = createDeadlines(systemClock, settings, {
    onPark: () => heard.push("park"),
    onIdle: () => heard.push("idle"),
    onSession: () => heard.push("session"),
    onRequest: (session) => {
      heard.push("request");
      deadlines.interrupted(session); // as core does, once the interrupt is written down
    },
    onSilent: () => heard.push("silent"),
    onDeaf: ({ generation }) => heard.push(`deaf ${generation}`),
  });
  const { heard: heardOf, ...others } = deadlines;
  return { ...others, heardOf, heard };
}

describe("the time of a session", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("without a turn ends once, after the operator's time or the session's own", () => {
    for (const { config, ms } of [
      { config: {}, ms: 1000 },
      { config: { idleTimeout: 0.5 }, ms: 500 },
    ]) {
      const { watch, heard, close } = startWatching();
      watch(sessionRow({ config }));
      vi.advanceTimersByTime(ms - 1);
      expect(heard).toEqual([]);
      vi.advanceTimersByTime(1 + ms);
      expect(heard).toEqual(["idle"]);
      close();
    }
  });

  it("goes on while what is timed stays the same", () => {
    const { watch, heard } = startWatching();
    for (let n = 0; n < 10; n += 1) {
      watch(sessionRow({ lastSeq: n }));
      vi.advanceTimersByTime(100);
    }
    expect(heard).toEqual(["idle"]);
  });

  it("without a turn begins anew after each turn", () => {
    const { watch, heard } = startWatching();
    watch(sessionRow());
    vi.advanceTimersByTime(900);
    watch(running());
    vi.advanceTimersByTime(900);
    watch(sessionRow());
    vi.advanceTimersByTime(999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["idle"]);
  });

  it("does not run while its agent waits for a person, a day long, and goes on with what was left", () => {
    const { watch, heard } = startWatching({ hangTimeoutMs: 2000, sessionTimeoutMs: 20_000, requestTimeoutMs: 5000 });
    watch(running());
    vi.advanceTimersByTime(1900);
    watch(running({ openApprovals: 1 }));
    vi.advanceTimersByTime(DAY_MS);
    watch(running({ openApprovals: 2 }));
    vi.advanceTimersByTime(DAY_MS);
    expect(heard).toEqual([]);
    watch(running());
    vi.advanceTimersByTime(1999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["silent"]);
    vi.advanceTimersByTime(1099);
    expect(heard).toEqual(["silent"]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["silent", "request"]);
    watch(sessionRow({ config: { idleTimeout: 1000 } }));
    vi.advanceTimersByTime(15_000);
    expect(heard).toEqual(["silent", "request", "session"]);
  });

  it("without a turn does not run while it starts", () => {
    const { watch, heard } = startWatching();
    watch(sessionRow());
    watch(sessionRow({ status: "starting" }));
    vi.advanceTimersByTime(50_000);
    expect(heard).toEqual([]);
  });

  it("before it is parked runs while it is idle, unless it is never to be", () => {
    const { watch, heard } = startWatching({ parkAfterMs: 200 });
    watch(sessionRow());
    vi.advanceTimersByTime(199);
    watch(running());
    watch(sessionRow());
    vi.advanceTimersByTime(199);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["park"]);
    const never = startWatching({ parkAfterMs: 0 });
    never.watch(sessionRow());
    vi.advanceTimersByTime(999);
    expect(never.heard).toEqual([]);
    const own = startWatching({ parkAfterMs: 200 });
    own.watch(sessionRow({ config: { parkAfter: 0.1 } }));
    vi.advanceTimersByTime(100);
    expect(own.heard).toEqual(["park"]);
  });

  it("of a rest is not begun anew by being parked, but by being asked for", () => {
    const { watch, heard } = startWatching();
    watch(sessionRow());
    vi.advanceTimersByTime(600);
    watch(sessionRow(PARKED));
    vi.advanceTimersByTime(399);
    watch(sessionRow());
    vi.advanceTimersByTime(999);
    expect(heard).toEqual([]);
    watch(sessionRow(PARKED));
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["idle"]);
  });

  it("of a rest does not run while a person has paused it, and begins anew after", () => {
    const { watch, heard } = startWatching();
    watch(sessionRow());
    vi.advanceTimersByTime(900);
    watch(sessionRow({ status: "paused" }));
    vi.advanceTimersByTime(50_000);
    watch(sessionRow());
    vi.advanceTimersByTime(999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["idle"]);
  });

  it("of a turn, and of its silence, does not run while a person has paused it, and goes on after", () => {
    const { watch, heard } = startWatching({ hangTimeoutMs: 4000 });
    watch(running());
    vi.advanceTimersByTime(3000);
    for (let times = 0; times < 3; times += 1) {
      watch(running({ status: "paused" }));
      vi.advanceTimersByTime(10_000);
    }
    watch(running());
    vi.advanceTimersByTime(1999);
    watch(running());
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["request"]);
  });

  it("to let go of a turn does not run while a person has paused it", () => {
    const { watch, interrupted, heard } = startWatching({ requestTimeoutMs: 90_000 });
    watch(running());
    interrupted(running());
    watch(running({ status: "paused" }));
    vi.advanceTimersByTime(2 * GRACE_MS);
    watch(running());
    interrupted(running()); // as core does, which tells the agent again
    vi.advanceTimersByTime(GRACE_MS - 1);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["deaf 1"]);
  });

  it("of one life runs on while it is paused", () => {
    const { watch, heard } = startWatching();
    watch(sessionRow());
    watch(sessionRow({ status: "paused" }));
    vi.advanceTimersByTime(100_000);
    expect(heard).toEqual(["session"]);
  });

  it("of one life goes on over turns and rests between them", () => {
    const { watch, heard } = startWatching();
    for (let ms = 0; ms < 100_000; ms += 1000) {
      watch(ms % 2000 === 0 ? running({ runningTurn: randomUUID() as TurnId }) : sessionRow());
      expect(heard).toEqual([]);
      vi.advanceTimersByTime(999);
      watch(running({ runningTurn: randomUUID() as TurnId }));
      vi.advanceTimersByTime(1);
    }
    expect(heard).toEqual(["session"]);
  });

  it("of one life is begun anew neither by a recovery nor by the end of the turn that recovered", () => {
    const { watch, heard } = startWatching();
    const config = { requestTimeout: 1000 };
    watch(running({ config }));
    vi.advanceTimersByTime(40_000);
    watch(recovering({ config }));
    watch(running({ config, generation: 2, crashes: 1 }));
    vi.advanceTimersByTime(40_000);
    watch(running({ config, generation: 2, runningTurn: randomUUID() as TurnId }));
    vi.advanceTimersByTime(19_999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["session"]);
  });

  it("of one life is begun anew when another gateway has ended that life and begun one since", () => {
    const { watch, heard } = startWatching({ idleTimeoutMs: 1_000_000 });
    watch(sessionRow());
    vi.advanceTimersByTime(60_000);
    watch(sessionRow({ generation: 2 }));
    vi.advanceTimersByTime(99_999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["session"]);
  });

  it("of one life is counted also for a session that is taken over while its turn recovers", () => {
    const { watch, heard } = startWatching();
    watch(recovering({ config: { requestTimeout: 1000, sessionTimeout: 60 } }));
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual(["session"]);
  });

  it.each([{ status: "stopped" }, { status: "failed" }, { status: "idle", deleted: true }] as const)(
    "is over when it is %j, and begins anew when it wakes",
    (rest) => {
      const { watch, heard } = startWatching();
      watch(sessionRow({ config: { sessionTimeout: 3, idleTimeout: 2 } }));
      watch(sessionRow(rest));
      vi.advanceTimersByTime(200_000);
      expect(heard).toEqual([]);
      watch(sessionRow({ generation: 2, config: { sessionTimeout: 3, idleTimeout: 2 } }));
      vi.advanceTimersByTime(1999);
      expect(heard).toEqual([]);
      vi.advanceTimersByTime(1001);
      expect(heard).toEqual(["idle", "session"]);
    },
  );

  it("is over for all when the gateway closes", () => {
    const { watch, heard, close } = startWatching();
    watch(sessionRow());
    watch(running({ id: "t" as SessionId }));
    close();
    vi.advanceTimersByTime(200_000);
    expect(heard).toEqual([]);
  });
});

describe("the time of a turn", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("ends once; an agent that has not let go after the grace is deaf", () => {
    const { watch, heard } = startWatching();
    watch(running());
    vi.advanceTimersByTime(5000);
    expect(heard).toEqual(["request"]);
    watch(running({ lastSeq: 9 })); // the interrupt is written down, and the agent goes on talking
    vi.advanceTimersByTime(GRACE_MS - 1);
    expect(heard).toEqual(["request"]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["request", "deaf 1"]);
    vi.advanceTimersByTime(60_000);
    expect(heard).toHaveLength(2);
  });

  it("is over when the turn is told to end for whatever reason: the grace begins then", () => {
    const { watch, interrupted, heard } = startWatching({ requestTimeoutMs: 90_000 });
    watch(running());
    vi.advanceTimersByTime(1000);
    interrupted(running());
    watch(running({ lastSeq: 9 }));
    vi.advanceTimersByTime(GRACE_MS);
    expect(heard).toEqual(["deaf 1"]);
    watch(sessionRow());
    interrupted(sessionRow()); // it ended meanwhile: nothing is waited for
    vi.advanceTimersByTime(1000 + GRACE_MS);
    expect(heard).toEqual(["deaf 1", "idle"]);
  });

  it("is the session's own when it has one", () => {
    const { watch, heard } = startWatching();
    watch(running({ config: { requestTimeout: 0.02 } }));
    vi.advanceTimersByTime(20);
    expect(heard).toEqual(["request"]);
  });

  it("ends with the turn, before its time or in the grace; the next has its own", () => {
    const { watch, heard } = startWatching();
    watch(running());
    vi.advanceTimersByTime(4999);
    watch(running({ runningTurn: randomUUID() as TurnId }));
    vi.advanceTimersByTime(4999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1 + GRACE_MS - 1);
    watch(running({ runningTurn: randomUUID() as TurnId }));
    vi.advanceTimersByTime(4999);
    expect(heard).toEqual(["request"]);
  });

  it("goes on through a recovery; the agent that is deaf is then the one that lives by now", () => {
    const { watch, heard } = startWatching();
    watch(running());
    vi.advanceTimersByTime(3000);
    watch(recovering());
    vi.advanceTimersByTime(1000);
    watch(running({ generation: 2, crashes: 1 }));
    vi.advanceTimersByTime(1000);
    expect(heard).toEqual(["request"]);
    vi.advanceTimersByTime(GRACE_MS);
    expect(heard).toEqual(["request", "deaf 2"]);
  });

  it("stands still while its session does, and goes on with what was left; that of the session goes on", () => {
    const { watch, setStill, heard } = startWatching({ sessionTimeoutMs: 40_000, hangTimeoutMs: 8000 });
    watch(running());
    vi.advanceTimersByTime(3000);
    for (let n = 0; n < 60; n += 1) {
      setStill(running().id, true);
      vi.advanceTimersByTime(500);
      watch(running({ lastSeq: n }));
    }
    setStill(running().id, false);
    vi.advanceTimersByTime(1999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["request"]);
    vi.advanceTimersByTime(5000);
    expect(heard).toEqual(["request", "session"]);
  });

  it("has its grace once its agent can hear", () => {
    const { watch, interrupted, setStill, heard } = startWatching({ requestTimeoutMs: 90_000 });
    watch(running());
    interrupted(running());
    for (let n = 0; n < 50; n += 1) {
      setStill(running().id, true);
      vi.advanceTimersByTime(500);
    }
    vi.advanceTimersByTime(GRACE_MS - 501);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["deaf 1"]);
  });

  it("has a grace of its own for each agent that is told to end it", () => {
    const { watch, interrupted, heard } = startWatching({ requestTimeoutMs: 90_000 });
    watch(running());
    interrupted(running());
    vi.advanceTimersByTime(GRACE_MS - 1);
    watch(recovering());
    watch(running({ generation: 2, crashes: 1 }));
    vi.advanceTimersByTime(GRACE_MS);
    expect(heard).toEqual([]); // it was the one before that was told
    for (const generation of [2, 3]) {
      const next = running({ generation, crashes: generation - 1 });
      watch(next);
      interrupted(next);
      vi.advanceTimersByTime(GRACE_MS);
      expect(heard.at(-1)).toBe(`deaf ${generation}`);
    }
  });
});

describe("a turn that waits for what is not its agent's doing", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const SESSION = "s" as SessionId;

  it("is neither late nor silent meanwhile, and goes on with the time it had left", () => {
    const { watch, setWaiting, heard } = startWatching({ hangTimeoutMs: 2000 });
    watch(running());
    vi.advanceTimersByTime(1500);
    setWaiting(SESSION, true);
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual([]);
    setWaiting(SESSION, false);
    vi.advanceTimersByTime(1999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["silent"]);
    vi.advanceTimersByTime(1500);
    expect(heard).toEqual(["silent", "request"]);
  });

  it("holds nothing of the turn after it", () => {
    const { watch, setWaiting, heard } = startWatching({ sessionTimeoutMs: 3_600_000 });
    watch(running());
    setWaiting(SESSION, true);
    watch(sessionRow());
    vi.advanceTimersByTime(1000);
    expect(heard).toEqual(["idle"]);
  });
});

describe("the silence of an agent", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("in a turn is too long once nothing was heard for that time, whatever was heard before", () => {
    const { watch, heardOf, heard } = startWatching({ hangTimeoutMs: 3000, requestTimeoutMs: 60_000 });
    watch(running());
    for (let second = 0; second < 10; second += 1) {
      vi.advanceTimersByTime(1000);
      heardOf("s" as SessionId);
    }
    vi.advanceTimersByTime(2999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(["silent"]);
  });

  it("between turns, and while a lost turn gets its next instance, is none", () => {
    const { watch, heard } = startWatching({ hangTimeoutMs: 3000, idleTimeoutMs: 90_000, requestTimeoutMs: 90_000 });
    watch(sessionRow());
    vi.advanceTimersByTime(10_000);
    watch(running());
    vi.advanceTimersByTime(2000);
    watch(recovering());
    vi.advanceTimersByTime(10_000);
    expect(heard).toEqual([]);
    watch(running({ generation: 2, crashes: 1 }));
    vi.advanceTimersByTime(3000);
    expect(heard).toEqual(["silent"]);
  });
});

describe("a timeout that a session asks for", () => {
  const max = { startupTimeout: 600, parkAfter: 100, idleTimeout: 100, sessionTimeout: 100, requestTimeout: 100 };

  it("may be as long as the operator allows", () => {
    for (const config of [{}, max]) expect(() => checkTimeouts(config, max)).not.toThrow();
  });

  it("is refused above that, all that are too long by name", () => {
    const asked = () => checkTimeouts({ startupTimeout: 601, idleTimeout: 100, requestTimeout: 100.5 }, max);
    expect(asked).toThrow("startupTimeout is 601 s, at most 600 s are allowed; requestTimeout is 100.5 s");
    expect(asked).not.toThrow("idleTimeout");
  });
});

describe("a session", () => {
  const SHORT = 0.02;
  const status = async (t: TestCore, id: SessionId) => (await t.store.findSession(id))?.status;
  const expectSoon = (value: () => unknown) => expect.poll(value, { interval: 1 });

  it("that is idle for its time is stopped and lets its instance go; a prompt wakes it", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession("ann", { idleTimeout: SHORT });
    await expectSoon(() => status(t, sessionId)).toBe("stopped");
    const stopped = { type: "session.stopped", data: { reason: "idle_timeout" } };
    expect((await t.readEvents(sessionId)).at(-1)).toMatchObject(stopped);
    await expect.poll(() => t.runtime.instances.size, { interval: 1 }).toBe(0);
    const turnId = await t.send(sessionId);
    await t.core.links.ready({ sessionId, generation: 2 });
    expect(await t.core.links.findRunningTurn(sessionId)).toMatchObject({ id: turnId });
  });

  it("takes the operator's time when it names none", async () => {
    await using t = await openTestCore({ timeouts: { idleTimeoutMs: 20 } });
    const id = await t.openSession();
    await expectSoon(() => status(t, id)).toBe("stopped");
  });

  it("that has lived for its time is stopped in the midst of its work", async () => {
    const clock = createManualClock();
    await using t = await openTestCore({ clock });
    const sessionId = await t.openSession("ann", { sessionTimeout: 60 });
    const turnId = await t.send(sessionId);
    clock.advance(60_000);
    await expectSoon(() => status(t, sessionId)).toBe("stopped");
    const stopped = { type: "session.stopped", data: { reason: "session_timeout" } };
    expect((await t.readEvents(sessionId)).at(-1)).toMatchObject(stopped);
    const error = { code: "SESSION_STOPPED", message: "The session has had its time." };
    expect(await t.store.findTurn(turnId)).toMatchObject({ status: "failed", error });
  });

  it("that never becomes ready has its time all the same", async () => {
    await using t = await openTestCore();
    const { id } = await t.core.sessions.create({ owner: "ann", config: { sessionTimeout: SHORT } });
    await expectSoon(() => status(t, id)).toBe("stopped");
  });

  it("that is taken over while it starts has its time too", async () => {
    await using t = await openTestCore({ timeouts: { sessionTimeoutMs: 20 } });
    const id = randomUUID() as SessionId;
    const { position: _position, ...row } = sessionRow({ id, status: "starting" });
    await t.store.write((tx) => tx.insertSession(row));
    t.core.start();
    await expectSoon(() => status(t, id)).toBe("stopped");
  });

  it("whose turn takes too long has it interrupted, and goes on", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession("ann", { requestTimeout: SHORT });
    const turnId = await t.send(sessionId);
    const findInterrupt = async () => (await t.core.links.findRunningTurn(sessionId))?.interrupt;
    await expect.poll(findInterrupt, { interval: 1 }).toBe("request_timeout");
    const aborted = { type: "result", subtype: "error_during_execution", is_error: true };
    await t.ingest(sessionId, agentMessage(turnId, aborted));
    const end = { status: "interrupted", error: { code: "REQUEST_TIMEOUT" } };
    expect(await t.core.turns.get({ owner: "ann", sessionId, turnId })).toMatchObject(end);
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "idle" });
  });

  it("whose turn takes longer than its own caller allows has it interrupted, and no other turn", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const send = (idempotencyKey: string, timeoutSeconds?: number) =>
      t.core.turns.send({ owner: "ann", sessionId, prompt: "hi", idempotencyKey, timeoutSeconds });
    const { id: turnId } = await send("one", SHORT);
    const next = await send("two");
    const findInterrupt = async () => (await t.core.links.findRunningTurn(sessionId))?.interrupt;
    await expect.poll(findInterrupt, { interval: 1 }).toBe("request_timeout");
    await t.ingest(
      sessionId,
      agentMessage(turnId, { type: "result", subtype: "error_during_execution", is_error: true }),
    );
    expect(await t.store.findSession(sessionId)).toMatchObject({ runningTurn: next.id });
    expect(await t.store.findSession(sessionId)).not.toHaveProperty("turnTimeout");
    await expect(send("one", 1)).rejects.toMatchObject(refused("IDEMPOTENCY_KEY_REUSED"));
    await expect(send("three", 3601)).rejects.toThrow("timeoutSeconds is 3601 s, at most 3600 s are allowed.");
  });

  it("that asks for more than is allowed is refused, and nothing is stored", async () => {
    await using t = await openTestCore();
    const config = { idleTimeout: 3601, sessionTimeout: 3601, requestTimeout: 3600 };
    const created = t.core.sessions.create({ owner: "ann", config });
    await expect(created).rejects.toMatchObject(refused("TIMEOUT_TOO_LONG"));
    await expect(created).rejects.toThrow(/idleTimeout is 3601.*sessionTimeout is 3601/);
    expect(await t.core.sessions.list({ owner: "ann", limit: 10 })).toEqual({ sessions: [] });
  });
});
