import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createTurnBudget } from "./turn-budget.ts";

/** Who of `count` has been let through, in order, as it grows. */
function ask(budget: ReturnType<typeof createTurnBudget>, costs: readonly number[]): number[] {
  const served: number[] = [];
  costs.forEach((cost, index) => {
    const wait = budget.take(cost);
    if (wait) void wait.then(() => served.push(index));
    else served.push(index);
  });
  return served;
}

describe("a turn's budget", () => {
  it("lets who comes first through at once", () => {
    expect(ask(createTurnBudget(3), [1, 1, 1])).toEqual([0, 1, 2]);
  });

  it("has the rest wait for the next turns, as many a turn, in the order of asking", async () => {
    const served = ask(createTurnBudget(2), [1, 1, 1, 1, 1]);
    expect(served).toEqual([0, 1]);
    await nextTurn();
    expect(served).toEqual([0, 1, 2, 3]);
    await nextTurn();
    expect(served).toEqual([0, 1, 2, 3, 4]);
  });

  it("lets work that costs more than a turn has through, and nothing beside it", async () => {
    const served = ask(createTurnBudget(2), [5, 1, 5, 5]);
    expect(served).toEqual([0]);
    await nextTurn();
    expect(served).toEqual([0, 1, 2]);
    await nextTurn();
    expect(served).toEqual([0, 1, 2, 3]);
  });

  it("lets nobody overtake who waits", async () => {
    const budget = createTurnBudget(1);
    const served = ask(budget, [1, 1]);
    await nextTurn();
    expect(served).toEqual([0, 1]);
    const later = budget.take(1);
    expect(later).toBeInstanceOf(Promise);
    await later;
  });

  it("does a work in its turn among who waits, and one for which there is room at once", async () => {
    const budget = createTurnBudget(1);
    const served: number[] = [];
    for (const index of [0, 1]) budget.run(1, () => served.push(index));
    void budget.take(1)?.then(() => served.push(2));
    budget.run(1, () => served.push(3));
    expect(served).toEqual([0]);
    for (const expected of [
      [0, 1],
      [0, 1, 2],
      [0, 1, 2, 3],
    ]) {
      await nextTurn();
      expect(served).toEqual(expected);
    }
  });

  it("is whole again when a turn has passed", async () => {
    const budget = createTurnBudget(1);
    expect(budget.take(1)).toBeUndefined();
    await nextTurn();
    expect(budget.take(1)).toBeUndefined();
  });
});
