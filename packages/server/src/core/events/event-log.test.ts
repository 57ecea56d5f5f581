import { setImmediate as nextTurn } from "node:timers/promises";
import { Event, type SessionId } from "@cc-docker/protocol";
import { describe, expect, it, vi } from "vitest";
import { agentMessage, openTestCore, refused, type TestCore } from "../core.test-helper.ts";
import type { EventPages } from "../core.ts";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const delta = (n: number) => agentMessage(undefined, { type: "stream_event", n });

function follow(t: TestCore, sessionId: SessionId, after: number, signal = AbortSignal.timeout(10_000)) {
  return t.core.events.follow({ owner: "ann", sessionId, after, signal });
}

/** Reads until `count` events have come. */
async function take(pages: EventPages, count: number): Promise<number[]> {
  const seqs: number[] = [];
  for await (const page of pages) {
    seqs.push(...page.map(({ seq }) => seq));
    if (seqs.length >= count) break;
  }
  return seqs;
}

describe("a session's log", () => {
  it("is numbered without gaps, whoever writes at the same time", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const writers = Array.from({ length: 100 }, (_, n) =>
      n % 2 ? t.send(sessionId) : t.ingest(sessionId, delta(n), delta(n)),
    );
    await Promise.all(writers);
    const events = await t.readEvents(sessionId);
    expect(events.map(({ seq }) => seq)).toEqual(range(1, events.length));
    expect(events.length).toBeGreaterThanOrEqual(2 + 50 + 100);
    expect(await t.store.findSession(sessionId)).toMatchObject({ lastSeq: events.length });
  });

  it("keeps every event whole: number, session, type and time", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const rows = await t.core.events.read({ owner: "ann", sessionId, after: 0, limit: 10 });
    for (const { seq, json } of rows) expect(Event.parse(JSON.parse(json))).toMatchObject({ seq, sessionId });
    expect(rows).toHaveLength(2);
  });

  it("is read whole or not at all when the session is deleted meanwhile", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.ingest(sessionId, ...range(1, 10).map(delta));
    const { readEvents } = t.store;
    vi.spyOn(t.store, "readEvents").mockImplementationOnce(async (...page) => {
      await t.store.write((tx) => tx.trimSession(sessionId, { limit: 5, maxBytes: 1e6 }));
      return readEvents(...page);
    });
    const reading = t.core.events.read({ owner: "ann", sessionId, after: 2, limit: 4 });
    await expect(reading).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
  });

  it("is read in pages from a cursor", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.ingest(sessionId, ...range(1, 10).map(delta));
    const page = await t.core.events.read({ owner: "ann", sessionId, after: 3, limit: 4 });
    expect(page.map(({ seq }) => seq)).toEqual([4, 5, 6, 7]);
  });
});

describe("following a log", () => {
  it("leaves the event loop to others between many followers, and forgets none of them", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const served = { count: 0 };
    const look = vi.spyOn(t.store, "findSession");
    const followers = range(1, 400).map(async () => {
      await take(follow(t, sessionId, 2), 1);
      served.count += 1;
    });
    const listening = () => look.mock.settledResults.filter(({ type }) => type === "fulfilled").length;
    await expect.poll(listening).toBe(2 * 400); // each has found its session, and found it again when there was no event
    await nextTurn(); // now all wait
    const steps = countSteps(served);
    await t.ingest(sessionId, delta(1));
    await Promise.all(followers);
    expect(Math.max(...steps())).toBeLessThanOrEqual(128);
    expect(served.count).toBe(400);
  });

  it("brings every event once, in order, while writing goes on", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const last = 2 + 20 * (1 + 2 + 3 + 4 + 5);
    const read = async (after: number) => ({ after, seqs: await take(follow(t, sessionId, after), last - after) });
    const readers = [0, 1, 2, 2, 0].map(read);
    for (let n = 0; n < 100; n += 1) {
      await t.ingest(sessionId, ...range(0, n % 5).map(delta));
      if (n % 20 === 0) readers.push(read(n));
    }
    for (const { after, seqs } of await Promise.all(readers)) expect(seqs).toEqual(range(after + 1, last));
  });

  it("brings a long log in pages, then waits for more", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.ingest(sessionId, ...range(1, 1200).map(delta));
    const pages = follow(t, sessionId, 0);
    const sizes = [];
    for (let read = 0; read < 1202; ) {
      const { value } = await pages.next();
      sizes.push((value ?? []).length);
      read += (value ?? []).length;
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    const next = pages.next();
    await t.ingest(sessionId, delta(0));
    expect((await next).value).toMatchObject([{ seq: 1203 }]);
  });

  it("goes on where a broken reader stopped, without a gap and without a repeat", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const seen: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const written = t.ingest(sessionId, ...range(1, 10).map(delta));
      seen.push(...(await take(follow(t, sessionId, seen.at(-1) ?? 0), 1)));
      await written;
    }
    seen.push(...(await take(follow(t, sessionId, seen.at(-1) ?? 0), 202 - seen.length)));
    expect(seen).toEqual(range(1, 202));
  });

  it("ends without an error when its reader goes, also while it waits", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const reader = new AbortController();
    const pages = follow(t, sessionId, 2, reader.signal);
    const next = pages.next();
    reader.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await follow(t, sessionId, 0, AbortSignal.abort()).next()).toEqual({ done: true, value: undefined });
  });

  it("ends with SESSION_NOT_FOUND when the session is deleted", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const notFound = expect.objectContaining(refused("SESSION_NOT_FOUND"));
    const waiting = take(follow(t, sessionId, 0), 1_000_000).catch((error: unknown) => error);
    const behind = follow(t, sessionId, 0);
    await behind.next();
    await t.core.sessions.delete({ owner: "ann", sessionId });
    expect(await waiting).toEqual(notFound);
    await expect(take(behind, 1_000_000)).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
    await expect(follow(t, sessionId, 0).next()).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
  });

  it("ends also when the deletion is rung together with the newest event", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const pages = follow(t, sessionId, 2);
    const next = pages.next();
    await t.store.check(); // by now it waits
    await Promise.all([t.ingest(sessionId, delta(0)), t.core.sessions.delete({ owner: "ann", sessionId })]);
    expect((await next).value).toMatchObject([{ seq: 3 }]);
    await expect(pages.next()).rejects.toMatchObject(refused("SESSION_NOT_FOUND"));
  });

  it("has no gap when the session is deleted in pieces: who is behind learns that it is gone", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.ingest(sessionId, ...range(1, 2500).map(delta));
    const behind = follow(t, sessionId, 0);
    expect((await behind.next()).value).toHaveLength(500);
    const [trimmed, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { write } = t.store;
    vi.spyOn(t.store, "write").mockImplementation(async (work) => {
      const done = await write(work);
      if ((await t.store.readEvents(sessionId, { after: 0, limit: 1, maxBytes: 1 }))[0]?.seq === 1) return done;
      trimmed.resolve();
      await goOn.promise;
      return done;
    });
    const deleting = t.core.sessions.delete({ owner: "ann", sessionId });
    await trimmed.promise;
    const next = await behind.next().catch((error: unknown) => error);
    goOn.resolve();
    await deleting;
    expect(next).toMatchObject(refused("SESSION_NOT_FOUND"));
  });

  it("outlives the session's end: the log of a stopped session can be followed", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    await t.core.sessions.stop({ owner: "ann", sessionId });
    expect(await take(follow(t, sessionId, 0), 3)).toEqual([1, 2, 3]);
  });
});

describe("a log that is delivered", () => {
  type Taken = (seqs: number[]) => Promise<unknown> | undefined;

  function deliver(t: TestCore, sessionId: SessionId, taken: Taken) {
    const gone = new AbortController();
    const input = { owner: "ann", sessionId, after: 2, signal: gone.signal };
    const delivered = t.core.events.deliver(input, (page) => taken(page.map(({ seq }) => seq)));
    return { delivered, leave: () => gone.abort() };
  }

  it.each<[string, Taken]>([
    ["at once", () => undefined],
    ["in its time", () => nextTurn()],
    ["now and then in its time", (seqs) => (seqs.some((seq) => seq % 7 === 0) ? nextTurn() : undefined)],
  ])("comes whole and in order to each of many who take it %s", async (_how, taken) => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const readers = range(1, 200).map(() => {
      const seqs: number[] = [];
      const reader = deliver(t, sessionId, (page) => {
        seqs.push(...page);
        return taken(page);
      });
      return { seqs, ...reader };
    });
    for (let n = 0; n < 40; n += 1) await t.ingest(sessionId, ...range(0, n % 3).map(delta));
    await expect.poll(() => readers.every(({ seqs }) => seqs.length >= 79)).toBe(true);
    for (const { leave } of readers) leave();
    await Promise.all(readers.map(({ delivered }) => delivered));
    for (const { seqs } of readers) expect(seqs).toEqual(range(3, 81));
  });

  it("ends with what its reader throws, also one that was waiting", async () => {
    await using t = await openTestCore();
    const sessionId = await t.openSession();
    const { delivered } = deliver(t, sessionId, () => {
      throw new Error("no such form");
    });
    const ended = delivered.catch((error: unknown) => error);
    await t.store.check(); // by now it waits
    await t.ingest(sessionId, delta(0));
    expect(await ended).toEqual(new Error("no such form"));
  });
});

/** By how much the count has grown from one turn of the event loop to the next, until it is asked for. */
function countSteps(served: { count: number }): () => number[] {
  const steps: number[] = [];
  let before = served.count;
  let next = setImmediate(function look() {
    steps.push(served.count - before);
    before = served.count;
    next = setImmediate(look);
  });
  return () => {
    clearImmediate(next);
    return [...steps, served.count - before];
  };
}
