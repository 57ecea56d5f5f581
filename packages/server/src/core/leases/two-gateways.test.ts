/** Two gateways on one store, bus and engine. One whose clock stands still is one that was stopped by a signal. */
import type { SessionId } from "@cc-docker/protocol";
import { describe, expect, it, vi } from "vitest";
import { createManualClock, type ManualClock } from "../../lib/clock.test-helper.ts";
import {
  agentMessage,
  type IdleRuntime,
  openTestCore,
  refused,
  resultMessage,
  type TestCore,
} from "../core.test-helper.ts";

const BEAT_MS = 2000;
const HOUR_MS = 3_600_000;

type Gateway = TestCore & { clock: ManualClock };

type Options = { beside?: TestCore; isShared?: boolean; runtime?: IdleRuntime };

async function openGateway(options: Options): Promise<Gateway> {
  const clock = createManualClock();
  const t = await openTestCore({ ...options, clock });
  t.core.start();
  return Object.assign(t, { clock });
}

async function openPair(): Promise<{ a: Gateway; b: Gateway }> {
  const a = await openGateway({ isShared: true });
  return { a, b: await openGateway({ beside: a }) };
}

const rowOf = (t: TestCore, id: SessionId) => t.store.findSession(id);
const expectSoon = (value: () => unknown) => expect.poll(value, { interval: 1 });

/** As time passes for these gateways, too little for a beat to be missed. */
function expectOf(gateways: Gateway[], value: () => unknown) {
  return expectSoon(() => {
    for (const { clock } of gateways) clock.advance(20);
    return value();
  });
}

/** Time passes for this gateway alone until it holds the session. */
async function takeOver(t: Gateway, id: SessionId): Promise<void> {
  const before = (await rowOf(t, id))?.leaseFence ?? 0;
  const beatAndLook = async () => {
    t.clock.advance(BEAT_MS);
    return (await rowOf(t, id))?.leaseFence;
  };
  await expectSoon(beatAndLook).toBe(before + 1);
}

/** All that the store has of the session. */
async function readAll(t: TestCore, id: SessionId) {
  return { row: await rowOf(t, id), events: await t.readEvents(id) };
}

function hearWanted(t: TestCore): SessionId[] {
  const wanted: SessionId[] = [];
  t.core.links.onWanted((id) => void wanted.push(id));
  return wanted;
}

describe("a gateway that was stopped for a while and goes on", () => {
  const gen1 = (sessionId: SessionId) => ({ sessionId, generation: 1 });
  const late = {
    "what its wrapper said": (t: TestCore, id: SessionId) =>
      t.core.links.ingest({ ...gen1(id), items: [{ n: 1, kind: "agent", message: { type: "late" } }] }),
    "that its agent is ready": (t: TestCore, id: SessionId) => t.core.links.ready(gen1(id)),
    "that its agent is to start": (t: TestCore, id: SessionId) => t.core.links.prepareStart(id),
    "that its wrapper is lost": (t: TestCore, id: SessionId) =>
      t.core.links.giveUp(gen1(id), Object.assign(new Error("lost"), { code: "INSTANCE_LOST" }) as never),
  };

  it.each(Object.entries(late))("may not write %s: nothing changes", async (_what, write) => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    await a.send(id);
    await takeOver(b, id);
    const before = await readAll(b, id);
    await expect(write(a, id)).rejects.toMatchObject(refused("LEASE_LOST"));
    expect(await readAll(b, id)).toEqual(before);
  });

  it("may not end a session by a time that is over for it alone", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    await takeOver(b, id);
    const before = await readAll(b, id);
    const stop = vi.spyOn(a.runtime, "stop");
    a.clock.advance(2 * HOUR_MS);
    await expectSoon(async () => (await a.store.listGateways()).length).toBe(2); // its beat is in
    await a.send(id); // and so is all it had asked of the store before
    expect((await rowOf(b, id))?.status).toBe("running");
    expect((await readAll(b, id)).events.slice(0, before.events.length)).toEqual(before.events);
    expect(stop).not.toHaveBeenCalled();
  });

  it("lets go of the session with its first beat: its link is closed, its next is refused", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    const lost: SessionId[] = [];
    a.core.links.onLost((one) => void lost.push(one));
    const wanted = [hearWanted(a), hearWanted(b)];
    await takeOver(b, id);
    await expectSoon(() => wanted[1]).toContain(id);
    expect(lost).toEqual([]);
    wanted[0]?.splice(0);
    const timers = a.clock.waiting();
    a.clock.advance(BEAT_MS);
    await expectSoon(() => lost).toEqual([id]);
    await expectSoon(() => a.clock.waiting()).toBe(timers - 2); // the session's life and its rest
    a.bus.publish(`links:${id}`, 1);
    expect(wanted[0]).toEqual([]);
    await expect(a.core.links.require(id)).rejects.toMatchObject(refused("SESSION_NOT_RUNNING"));
  });

  it("lets go of a start that is under way, and does not call it failed", async () => {
    const { a, b } = await openPair();
    const slow = Promise.withResolvers<void>();
    const signals: AbortSignal[] = [];
    a.runtime.beforeStart = (_spec, signal) => {
      signals.push(signal);
      return slow.promise;
    };
    const { id } = await a.core.sessions.create({ owner: "ann", config: {} });
    await takeOver(b, id);
    await expectSoon(() => signals.length).toBe(2); // of the one session, each by one gateway
    a.clock.advance(BEAT_MS);
    await expectSoon(() => signals[0]?.aborted).toBe(true);
    slow.resolve();
    await b.core.links.ready(gen1(id));
    expect(await rowOf(b, id)).toMatchObject({ status: "idle", leaseFence: 2 });
    expect(signals[1]?.aborted).toBe(false);
  });

  it("may take prompts all the same, which the new holder's agent works on", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    await takeOver(b, id);
    const turn = await a.send(id, "after all");
    expect(await b.core.links.findRunningTurn(id)).toMatchObject({ id: turn, prompt: "after all" });
    const items = [{ n: 1, ...resultMessage(turn) }] as never;
    await b.core.links.ingest({ sessionId: id, generation: 1, items });
    expect(await a.core.turns.get({ owner: "ann", sessionId: id, turnId: turn })).toMatchObject({
      status: "completed",
    });
  });
});

describe("a session whose gateway is gone", () => {
  it("is taken by one alone of two that would have it", async () => {
    const { a, b } = await openPair();
    const c = await openGateway({ beside: a });
    const ids = [await a.openSession(), await a.openSession(), await a.openSession()];
    const wanted = { b: hearWanted(b), c: hearWanted(c) };
    await a.core.close();
    b.core.start();
    c.core.start();
    await expectOf([b, c], () => wanted.b.length + wanted.c.length).toBe(ids.length);
    for (const id of ids) expect(await rowOf(b, id)).toMatchObject({ leaseFence: 2, status: "idle" });
    expect([...wanted.b, ...wanted.c].toSorted()).toEqual(ids.toSorted());
  });

  it("is taken with the next beat of another when it has left, without a wait", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    b.clock.advance(BEAT_MS);
    await expectSoon(() => b.clock.waiting()).toBeGreaterThan(1);
    await a.core.close();
    b.clock.advance(BEAT_MS);
    await expectOf([b], async () => (await rowOf(b, id))?.leaseFence).toBe(2);
  });

  it("is taken by who wakes it, in the change that wakes it", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    await a.core.sessions.stop({ owner: "ann", sessionId: id });
    await a.core.close();
    const write = vi.spyOn(b.store, "write");
    await b.send(id);
    expect(write).toHaveBeenCalledOnce();
    expect(await rowOf(b, id)).toMatchObject({ status: "starting", generation: 2, leaseFence: 2 });
    await expectSoon(() => b.runtime.instances.get(id)?.generation).toBe(2);
  });

  it("is looked after at once by who takes a prompt for it while it is live", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    await a.core.close();
    const wanted = hearWanted(b);
    await b.send(id);
    await expectSoon(() => wanted).toEqual([id]);
  });

  it("at rest loses what its gateway did not come to end", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    await a.core.sessions.stop({ owner: "ann", sessionId: id });
    a.runtime.instances.set(id, { ref: "left", sessionId: id, generation: 1, running: true, paused: false });
    b.core.start();
    await b.openSession(); // a while later
    expect(a.runtime.instances.has(id)).toBe(true); // it is its holder's to end
    await a.core.close();
    b.core.start();
    await expectOf([b], () => b.runtime.instances.has(id)).toBe(false);
  });
});

describe("a session that another gateway holds", () => {
  it("is neither taken nor settled by a round", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    a.runtime.instances.delete(id);
    const wanted = hearWanted(b);
    b.core.start();
    const own = await b.openSession();
    await expectOf([b], () => wanted).toEqual([own]); // its own
    expect(await rowOf(b, id)).toMatchObject({ status: "idle", leaseFence: 1 });
  });

  it("is woken by its holder", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    await a.core.sessions.stop({ owner: "ann", sessionId: id });
    const wanted = [hearWanted(a), hearWanted(b)];
    await b.send(id);
    await expectSoon(() => a.runtime.instances.get(id)?.generation).toBe(2);
    await expectSoon(() => wanted).toEqual([[id], []]);
    await a.core.links.ready({ sessionId: id, generation: 2 });
    expect(await rowOf(a, id)).toMatchObject({ status: "running", leaseFence: 1 });
  });

  it("is timed by its holder alone", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    const [of, ofOther] = [a.clock.waiting(), b.clock.waiting()];
    await b.send(id);
    await expectSoon(() => a.clock.waiting()).toBe(of + 1); // the agent's silence, and the turn instead of the rest
    expect(b.clock.waiting()).toBe(ofOther);
  });

  it("is stopped in the store, and its holder ends the instance", async () => {
    const a = await openGateway({ isShared: true });
    const stop = vi.fn<IdleRuntime["stop"]>();
    const b = await openGateway({ beside: a, runtime: { ...a.runtime, stop } });
    const id = await a.openSession();
    await b.core.sessions.stop({ owner: "ann", sessionId: id });
    expect((await rowOf(b, id))?.status).toBe("stopped");
    expect(stop).not.toHaveBeenCalled();
    await expectSoon(() => a.runtime.instances.has(id)).toBe(false);
    const timers = a.clock.waiting();
    await a.openSession();
    expect(a.clock.waiting()).toBeGreaterThan(timers); // the stopped one has none
  });

  it("is paused and resumed by its holder", async () => {
    const a = await openGateway({ isShared: true });
    const pause = vi.fn<IdleRuntime["pause"]>();
    const b = await openGateway({ beside: a, runtime: { ...a.runtime, pause, unpause: pause } });
    const id = await a.openSession();
    await b.core.sessions.pause({ owner: "ann", sessionId: id });
    await expectSoon(() => a.runtime.instances.get(id)?.paused).toBe(true);
    await b.core.sessions.resume({ owner: "ann", sessionId: id });
    await expectSoon(() => a.runtime.instances.get(id)?.paused).toBe(false);
    expect(pause).not.toHaveBeenCalled();
  });

  it("is deleted for its owner at once, and its holder removes what it has", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    await b.core.sessions.delete({ owner: "ann", sessionId: id });
    await expect(b.core.sessions.get({ owner: "ann", sessionId: id })).rejects.toMatchObject(
      refused("SESSION_NOT_FOUND"),
    );
    await expectSoon(() => rowOf(a, id)).toBeUndefined();
    expect(a.runtime.owners.has(id)).toBe(false);
  });

  it("has its turn interrupted, and a deaf agent killed by its holder in time", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    await a.send(id);
    let commands = 0;
    a.core.links.onCommand(id, () => (commands += 1));
    await b.core.turns.interrupt({ owner: "ann", sessionId: id });
    expect(commands).toBe(1);
    const endInTime = async () => {
      a.clock.advance(5000);
      return (await rowOf(a, id))?.status;
    };
    await expectSoon(endInTime).toBe("failed");
    expect((await a.readEvents(id)).map(({ type }) => type)).toContain("turn.interrupted");
  });

  it("is followed through any gateway, whoever appends", async () => {
    const { a, b } = await openPair();
    const id = await a.openSession();
    const signal = AbortSignal.timeout(5000);
    const seqs: number[] = [];
    const following = (async () => {
      for await (const page of b.core.events.follow({ owner: "ann", sessionId: id, after: 0, signal })) {
        seqs.push(...page.map(({ seq }) => seq));
        if (seqs.length >= 9) return;
      }
    })();
    const turn = await b.send(id);
    for (const text of ["x", "y"]) await a.ingest(id, agentMessage(turn, { type: "assistant", text }));
    await b.send(id);
    await a.ingest(id, resultMessage(turn));
    await following;
    expect(seqs.slice(0, 9)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe("a gateway alone", () => {
  it("needs no commit of its own for a lease: a turn is two, its prompt and its result", async () => {
    await using t = await openTestCore();
    const id = await t.openSession();
    const write = vi.spyOn(t.store, "write");
    const turn = await t.send(id);
    await t.ingest(id, resultMessage(turn));
    expect(write).toHaveBeenCalledTimes(2);
  });
});
