import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createBackground } from "../../lib/background.ts";
import { systemClock as clock } from "../../lib/clock.ts";
import { createReconciler } from "./reconciler.ts";

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Rounds that end when the test says so. */
function openReconciler() {
  const rounds: PromiseWithResolvers<void>[] = [];
  const background = createBackground({ clock, log, isExpected: (error): error is Error => error instanceof Error });
  const reconcile = () => {
    rounds.push(Promise.withResolvers<void>());
    return (rounds.at(-1) as PromiseWithResolvers<void>).promise;
  };
  const reconciler = createReconciler({ reconcile, everyMs: 15_000, clock, background });
  const endRound = async () => {
    rounds.at(-1)?.resolve();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { ...reconciler, endRound, count: () => rounds.length };
}

describe("the rounds that compare store and runtime", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("come at the start and every so often, one at a time", async () => {
    const { start, endRound, count } = openReconciler();
    start();
    expect(count()).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000); // the first is still going on
    expect(count()).toBe(1);
    await endRound();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(count()).toBe(2);
  });

  it("come soon after a change, one for all that changes together", async () => {
    const { start, look, endRound, count } = openReconciler();
    start();
    await endRound();
    await vi.advanceTimersByTimeAsync(5000);
    for (let n = 0; n < 100; n += 1) look();
    await vi.advanceTimersByTimeAsync(100);
    expect(count()).toBe(2);
    await endRound();
    await vi.advanceTimersByTimeAsync(5000);
    expect(count()).toBe(2);
  });

  it("are not more than one a second, however often something changes", async () => {
    const { start, look, endRound, count } = openReconciler();
    start();
    for (let ms = 0; ms < 10_000; ms += 50) {
      look();
      await vi.advanceTimersByTimeAsync(50);
      await endRound();
    }
    expect(count()).toBeGreaterThan(5);
    expect(count()).toBeLessThanOrEqual(11);
  });

  it("come once more when something changes during one", async () => {
    const { start, look, endRound, count } = openReconciler();
    start();
    look();
    look();
    await vi.advanceTimersByTimeAsync(3000);
    expect(count()).toBe(1);
    await endRound();
    await vi.advanceTimersByTimeAsync(1000);
    expect(count()).toBe(2);
  });

  it("do not come before the start, nor after the end", async () => {
    const { start, look, endRound, close, count } = openReconciler();
    look();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(count()).toBe(0);
    start();
    await endRound();
    look();
    close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(count()).toBe(1);
  });
});
