import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcError } from "@cc-docker/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { createManualClock } from "../../lib/clock.test-helper.ts";
import { openSqliteStore } from "../../ports/store/drivers/sqlite.ts";
import type { Store } from "../../ports/store/store.ts";
import { createHeartbeat } from "./heartbeat.ts";

const BEAT_MS = 2000;
const BEATS_TO_DEATH = 5;

async function openStore(isShared = true): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), "cc-docker-beat-"));
  const store = { ...(await openSqliteStore({ path: join(directory, "core.db") })), isShared };
  onTestFinished(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  return store;
}

/** A gateway of that name, with a clock of its own: while that stands still, so does the gateway. */
function createGateway(store: Store, gatewayId: string) {
  const clock = createManualClock();
  const heard: string[] = [];
  const heartbeat = createHeartbeat({
    gatewayId,
    store,
    clock,
    run: (_name, work) => void work().catch(() => heard.push("failed")),
    onBuried: async () => void heard.push("buried"),
    onGone: () => void heard.push("gone"),
  });

  async function beat(times = 1): Promise<void> {
    for (let n = 0; n < times; n += 1) {
      clock.advance(BEAT_MS);
      await expect.poll(() => clock.waiting(), { interval: 1 }).toBe(1); // the next beat is set when this one is over
    }
  }

  async function live(): Promise<void> {
    await heartbeat.join();
    heartbeat.start();
  }

  return { ...heartbeat, clock, heard, beat, live };
}

const listed = async (store: Store) => (await store.listGateways()).map(({ id }) => id);

describe("a gateway that shares its store", () => {
  it("is on the list from its start on, and its beat goes up while it lives", async () => {
    const store = await openStore();
    const a = createGateway(store, "a");
    await a.live();
    expect(await listed(store)).toEqual(["a"]);
    const before = (await store.listGateways())[0]?.beat ?? 0;
    await a.beat(3);
    expect(await store.listGateways()).toEqual([{ id: "a", beat: before + 3 }]);
  });

  it("leaves another on the list as long as that one's beat goes up, however seldom", async () => {
    const store = await openStore();
    const [a, b] = [createGateway(store, "a"), createGateway(store, "b")];
    await a.live();
    await b.live();
    for (let n = 0; n < 3; n += 1) {
      await b.beat(BEATS_TO_DEATH);
      await a.beat();
    }
    expect(await listed(store)).toEqual(["a", "b"]);
    expect([a.heard, b.heard]).toEqual([[], []]);
  });

  it("takes another off the list whose beat has stood still for long enough, and says so once", async () => {
    const store = await openStore();
    const [frozen, b] = [createGateway(store, "a"), createGateway(store, "b")];
    await frozen.live();
    await b.live();
    await b.beat(BEATS_TO_DEATH);
    expect(await listed(store)).toEqual(["a", "b"]);
    await b.beat();
    expect(await listed(store)).toEqual(["b"]);
    await b.beat(3);
    expect(b.heard).toEqual(["gone"]);
  });

  it("does not count the time for which it stood still itself", async () => {
    const store = await openStore();
    const [a, b] = [createGateway(store, "a"), createGateway(store, "b")];
    await a.live();
    await b.live();
    await b.beat();
    b.clock.advance(60_000); // one timer was due in all that time
    await expect.poll(() => b.clock.waiting(), { interval: 1 }).toBe(1);
    expect(await listed(store)).toEqual(["a", "b"]);
  });

  it("does not look at the wall's clock", async () => {
    const store = await openStore();
    const [a, b] = [createGateway(store, "a"), createGateway(store, "b")];
    await a.live();
    await b.live();
    for (const hours of [1, -1]) {
      b.clock.setWall(Date.parse(b.clock.nowIso()) + hours * 3_600_000);
      await b.beat();
    }
    expect(await listed(store)).toEqual(["a", "b"]);
  });

  it("that was taken for dead is on the list again with its next beat, and told that it was", async () => {
    const store = await openStore();
    const [a, b] = [createGateway(store, "a"), createGateway(store, "b")];
    await a.live();
    await b.live();
    await b.beat(BEATS_TO_DEATH + 1);
    await a.beat();
    expect(await listed(store)).toEqual(["a", "b"]);
    expect(a.heard).toEqual(["buried"]);
    await a.beat();
    await b.beat(2);
    expect([a.heard, b.heard]).toEqual([["buried"], ["gone"]]);
  });

  it("that leaves is missed with the next beat of another", async () => {
    const store = await openStore();
    const [a, b] = [createGateway(store, "a"), createGateway(store, "b")];
    await a.live();
    await b.live();
    await b.beat();
    await a.leave();
    expect(await listed(store)).toEqual(["b"]);
    await b.beat();
    expect(b.heard).toEqual(["gone"]);
    expect(a.clock.waiting()).toBe(0);
  });

  it("does not take a store that is away for another's silence", async () => {
    const store = await openStore();
    let isAway = false;
    const passing: Store = {
      ...store,
      write: (work) =>
        store.write(async (tx) => {
          const value = await work(tx);
          if (isAway) throw new CcError("STORE_UNAVAILABLE", "The disk is full.");
          return value;
        }),
    };
    const [a, b] = [createGateway(store, "a"), createGateway(passing, "b")];
    await a.live();
    await b.live();
    await b.beat();
    isAway = true;
    await b.beat(2 * BEATS_TO_DEATH);
    isAway = false;
    await b.beat(BEATS_TO_DEATH - 1);
    expect(await listed(store)).toEqual(["a", "b"]);
    expect(b.heard).toContain("failed");
  });
});

describe("a gateway whose store is its own", () => {
  it("takes all others off the list when it starts, and does not beat", async () => {
    const store = await openStore(false);
    await createGateway(store, "killed").live();
    const a = createGateway(store, "a");
    await a.live();
    expect(await listed(store)).toEqual(["a"]);
    expect(a.clock.waiting()).toBe(0);
  });

  it("ends also when the store is away", async () => {
    const store = await openStore(false);
    const a = createGateway(store, "a");
    await a.live();
    await store.close();
    await expect(a.leave()).resolves.toBeUndefined();
  });
});
