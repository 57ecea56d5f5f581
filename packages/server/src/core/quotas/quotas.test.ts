import type { SessionId } from "@cc-docker/protocol";
import { describe, expect, it, vi } from "vitest";
import { createManualClock } from "../../lib/clock.test-helper.ts";
import { openTestCore, refused, resultMessage, type TestCore } from "../core.test-helper.ts";
import { NO_QUOTAS } from "./no-quotas.test-helper.ts";
import type { QuotaSettings } from "./quotas.ts";

const open = (quotas: Partial<QuotaSettings>) => openTestCore({ timeouts: { quotas: { ...NO_QUOTAS, ...quotas } } });
const create = (t: TestCore, owner = "ann") => t.core.sessions.create({ owner, config: {} });

/** How many of the calls were accepted; the others must have been refused with that code. */
async function countAccepted(calls: readonly Promise<unknown>[], code: Parameters<typeof refused>[0]): Promise<number> {
  const settled = await Promise.allSettled(calls);
  const reasons = settled.flatMap((call) => (call.status === "rejected" ? [call.reason] : []));
  for (const reason of reasons) expect(reason).toMatchObject(refused(code));
  return settled.length - reasons.length;
}

async function endTurn(t: TestCore, sessionId: SessionId, costUsd: number): Promise<void> {
  const turnId = await t.send(sessionId);
  await t.ingest(sessionId, resultMessage(turnId, { total_cost_usd: costUsd }));
}

describe("containers of all owners", () => {
  it("count until they are gone, though their sessions were stopped or deleted", async () => {
    await using t = await open({ containers: 2 });
    const [stopped, deleted] = [await t.openSession(), await t.openSession()];
    const gone = Promise.withResolvers<void>();
    const { stop } = t.runtime;
    t.runtime.stop = (id, graceMs) => gone.promise.then(() => stop(id, graceMs));
    t.runtime.beforeRemove = () => gone.promise;
    const ends = [
      t.core.sessions.stop({ owner: "ann", sessionId: stopped }),
      t.core.sessions.delete({ owner: "ann", sessionId: deleted }),
    ];
    await vi.waitFor(async () => expect((await t.store.findSession(stopped))?.status).toBe("stopped"));
    await vi.waitFor(async () => expect((await t.store.findSession(deleted))?.deleted).toBe(true));
    await expect(create(t, "bob")).rejects.toMatchObject(refused("CONTAINER_LIMIT_REACHED"));
    gone.resolve();
    await Promise.all(ends);
    await create(t, "bob");
    await create(t, "bob");
    await expect(t.send(stopped)).rejects.toMatchObject(refused("CONTAINER_LIMIT_REACHED"));
  });

  it("leave a session its own place while its container is being ended", async () => {
    await using t = await open({ containers: 1 });
    const sessionId = await t.openSession();
    const gone = Promise.withResolvers<void>();
    const { stop } = t.runtime;
    t.runtime.stop = (id, graceMs) => gone.promise.then(() => stop(id, graceMs));
    const end = t.core.sessions.stop({ owner: "ann", sessionId });
    await vi.waitFor(async () => expect((await t.store.findSession(sessionId))?.status).toBe("stopped"));
    await t.send(sessionId);
    gone.resolve();
    await end;
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "starting", generation: 2 });
  });
});

describe("an owner's live sessions", () => {
  it("are no more than may be, however many are asked for at once", async () => {
    await using t = await open({ liveSessions: 3 });
    expect(
      await countAccepted(
        Array.from({ length: 20 }, () => create(t)),
        "SESSION_LIMIT_REACHED",
      ),
    ).toBe(3);
    expect(await countAccepted([create(t, "bob")], "SESSION_LIMIT_REACHED")).toBe(1);
    expect((await t.core.sessions.list({ owner: "ann", limit: 9 })).sessions).toHaveLength(3);
  });

  it("make room when they come to rest, and need it again when they wake", async () => {
    await using t = await open({ liveSessions: 1 });
    const sessionId = await t.openSession();
    await t.core.sessions.stop({ owner: "ann", sessionId });
    const other = await t.openSession();
    await expect(t.send(sessionId)).rejects.toMatchObject(refused("SESSION_LIMIT_REACHED"));
    const resuming = t.core.sessions.resume({ owner: "ann", sessionId });
    await expect(resuming).rejects.toMatchObject(refused("SESSION_LIMIT_REACHED"));
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "stopped", generation: 1 });
    expect(await t.store.findNextTurn(sessionId)).toBeUndefined(); // the refused prompt was not stored
    await t.core.sessions.delete({ owner: "ann", sessionId: other });
    await t.send(sessionId);
    expect(await t.store.findSession(sessionId)).toMatchObject({ status: "starting", generation: 2 });
  });

  it("that were refused leave their key unused", async () => {
    await using t = await open({ liveSessions: 1 });
    const { id: sessionId } = await create(t);
    const wish = { owner: "ann", config: {}, idempotencyKey: "k" };
    await expect(t.core.sessions.create(wish)).rejects.toMatchObject(refused("SESSION_LIMIT_REACHED"));
    await t.core.sessions.delete({ owner: "ann", sessionId });
    const { id } = await t.core.sessions.create(wish);
    expect((await t.core.sessions.create(wish)).id).toBe(id); // and what was made is answered beyond the limit
  });

  it("share the machine's containers with everybody's", async () => {
    await using t = await open({ containers: 2 });
    const calls = ["ann", "bob", "eve"].map((owner) => create(t, owner));
    expect(await countAccepted(calls, "CONTAINER_LIMIT_REACHED")).toBe(2);
  });
});

it("an owner's sessions at rest are kept up to a number", async () => {
  await using t = await open({ storedSessions: 2 });
  for (let n = 0; n < 2; n += 1) await t.core.sessions.stop({ owner: "ann", sessionId: await t.openSession() });
  await expect(create(t)).rejects.toMatchObject(refused("SESSION_LIMIT_REACHED"));
});

describe("an owner's turns", () => {
  it("that run or wait are no more than may be, over all sessions", async () => {
    await using t = await open({ openTurns: 5 });
    const [one, two] = [await t.openSession(), await t.openSession()];
    const sends = Array.from({ length: 12 }, (_, n) => t.send(n % 2 ? one : two));
    expect(await countAccepted(sends, "TURN_LIMIT_REACHED")).toBe(5);
  });

  it("that were accepted are answered under their key beyond the limit", async () => {
    await using t = await open({ openTurns: 1 });
    const sessionId = await t.openSession();
    const prompt = { owner: "ann", sessionId, prompt: "x", idempotencyKey: "k" };
    const { id } = await t.core.turns.send(prompt);
    expect((await t.core.turns.send(prompt)).id).toBe(id);
  });

  it("cost no more than one turn beyond what a day may cost, and the next day begins anew", async () => {
    const clock = createManualClock();
    clock.setWall(Date.parse("2026-03-01T23:00:00Z"));
    const quotas = { ...NO_QUOTAS, costUsdPerDay: 1 };
    await using t = await openTestCore({ timeouts: { quotas }, clock });
    const sessionId = await t.openSession();
    await endTurn(t, sessionId, 0.7);
    await endTurn(t, sessionId, 1.4); // what the conversation has cost so far
    const refusal = expect.objectContaining({ ...refused("DAILY_LIMIT_REACHED"), retryAfterSeconds: 3600 });
    await expect(t.send(sessionId)).rejects.toEqual(refusal);
    expect(await t.core.limits("ann")).toMatchObject({
      costUsdToday: { used: 1.4, max: 1 },
      liveSessions: { used: 1 },
    });
    clock.setWall(Date.parse("2026-03-02T00:00:00Z"));
    await t.send(sessionId);
    expect(await t.core.limits("ann")).toMatchObject({ costUsdToday: { used: 0 }, openTurns: { used: 1 } });
  });

  it("counts the model calls that its agent keeps quiet about, by the word of the model's service", async () => {
    await using t = await openTestCore({ timeouts: { quotas: NO_QUOTAS } });
    const sessionId = await t.openSession();
    const usage = { inputTokens: 1e6, outputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 };
    const tell = () => t.core.links.tellUse(sessionId, {}, { model: "claude-opus-5-5", usage, hourCacheTokens: 0 });
    const turn = await t.send(sessionId);
    tell();
    await t.ingest(sessionId, resultMessage(turn, { total_cost_usd: 0.01, usage: { input_tokens: 500_000 } }));
    const { costUsdToday, tokensToday } = await t.core.limits("ann");
    expect([costUsdToday.used, tokensToday.used]).toEqual([expect.closeTo(0.01 + 2.5, 9), 1e6]);
    tell(); // behind the turn
    await t.ingest(sessionId, resultMessage(await t.send(sessionId), { total_cost_usd: 0.01 }));
    const later = await t.core.limits("ann");
    expect([later.costUsdToday.used, later.tokensToday.used]).toEqual([expect.closeTo(0.01 + 2.5 + 5, 9), 2e6]);
  });

  it("counts what a turn that is cut off has used by the word of the model's service, and no turn twice", async () => {
    await using t = await openTestCore({ timeouts: { quotas: NO_QUOTAS } });
    const sessionId = await t.openSession();
    const used = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 0, cacheCreationTokens: 0 };
    const tell = () =>
      t.core.links.tellUse(sessionId, {}, { model: "claude-opus-5-5", usage: used, hourCacheTokens: 0 });
    const whole = await t.send(sessionId);
    tell();
    await t.ingest(sessionId, resultMessage(whole, { total_cost_usd: 0.7, usage: { input_tokens: 120 } }));
    expect(await t.core.limits("ann")).toMatchObject({ costUsdToday: { used: 0.7 }, tokensToday: { used: 120 } });

    const cutOff = await t.send(sessionId);
    tell();
    tell();
    await t.core.sessions.stop({ owner: "ann", sessionId });
    expect((await t.core.turns.get({ owner: "ann", sessionId, turnId: cutOff })).result).toBeUndefined();
    const { costUsdToday, tokensToday } = await t.core.limits("ann");
    expect(tokensToday.used).toBe(360);
    expect(costUsdToday.used).toBeCloseTo(0.7 + (400 * 0.7) / 120, 9);
  });
});
