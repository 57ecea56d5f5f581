/**
 * Shares out the turns of the event loop: of work that many want done at once, so much is done in a turn, and then
 * whatever else has come has its own. Counts work and not time, so that the same work is always shared out alike.
 */
export type TurnBudget = {
  /**
   * Resolves when there is room for work of this cost, in the order of asking; `undefined` where there is room now.
   * The last work of a turn may cost more than is left, so none is too large.
   */
  take(cost: number): Promise<void> | undefined;
  /** Does the work when `take` would let it through: before it returns, where there is room now. */
  run(cost: number, work: () => void): void;
};

/** `unitsATurn`: what the works of one turn may cost together. */
export function createTurnBudget(unitsATurn: number): TurnBudget {
  const waiting: { cost: number; work: () => void }[] = [];
  let left = unitsATurn;
  let isUsed = false;

  function spend(cost: number): void {
    left -= cost;
    if (!isUsed) setImmediate(renew);
    isUsed = true;
  }

  function renew(): void {
    left = unitsATurn;
    isUsed = false;
    while (left > 0) {
      const next = waiting.shift();
      if (!next) return;
      spend(next.cost);
      next.work();
    }
  }

  const isFull = () => left <= 0 || waiting.length > 0;

  function take(cost: number): Promise<void> | undefined {
    if (isFull()) return new Promise((work) => waiting.push({ cost, work }));
    spend(cost);
    return undefined;
  }

  function run(cost: number, work: () => void): void {
    if (isFull()) return void waiting.push({ cost, work });
    spend(cost);
    work();
  }

  return { take, run };
}
