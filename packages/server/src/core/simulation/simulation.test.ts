import { describe, expect, it } from "vitest";
import type { StoreWriter } from "../../ports/store/store.ts";
import { FAILING_SEEDS } from "./failing-seeds.test-helper.ts";
import { runSimulation } from "./run-simulation.test-helper.ts";

/** So many that they take a few seconds; `./dev simulate` runs as many as one likes. */
const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);

const again = (seed: number) => `./dev simulate --seed ${seed} --trace shows what happened`;

describe("core in a simulated world", { timeout: 120_000 }, () => {
  it.each(SEEDS)("keeps its promises, seed %i", async (seed) => {
    const { violations } = await runSimulation(seed);
    expect(violations, again(seed)).toEqual([]);
  });

  it.each(FAILING_SEEDS)("keeps its promises where it once did not, seed $seed: $found", async ({ seed }) => {
    const { violations } = await runSimulation(seed);
    expect(violations, again(seed)).toEqual([]);
  });

  it("does the same for the same seed, and something else for another", async () => {
    const hashes = await Promise.all([1, 1, 2].map(async (seed) => (await runSimulation(seed)).hash));
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });
});

/** Each is a defect that core might have; the port it goes through is where a test can put it. */
const SABOTAGES: { defect: string; promise: string; sabotage: (tx: StoreWriter) => StoreWriter }[] = [
  {
    defect: "forgets which items it has stored",
    promise: "a message is stored once",
    sabotage: (tx) => ({ ...tx, updateSession: (id, patch) => tx.updateSession(id, { ...patch, outboxAcked: 0 }) }),
  },
  {
    defect: "loses the running turn of a session that recovers",
    promise: "an accepted prompt comes to exactly one end",
    sabotage: (tx) => ({
      ...tx,
      updateSession: (id, patch) =>
        tx.updateSession(id, { ...patch, ...(patch.status === "starting" && { runningTurn: undefined }) }),
    }),
  },
  {
    defect: "forgets how often a turn has brought its agent down",
    promise: "a turn lives through three crashes",
    sabotage: (tx) => ({ ...tx, updateSession: (id, patch) => tx.updateSession(id, { ...patch, crashes: 0 }) }),
  },
  {
    defect: "leaves out an event",
    promise: "a log has no gap",
    sabotage: (tx) => ({
      ...tx,
      insertEvents: (id, events) =>
        tx.insertEvents(
          id,
          events.filter(({ seq }) => seq !== 7),
        ),
    }),
  },
];

describe("a core with a defect is found out: it", { timeout: 120_000 }, () => {
  it.each(SABOTAGES)("$defect", async ({ promise, sabotage }) => {
    const broken = new Set<string>();
    for (let seed = 1; seed <= 30 && !broken.has(promise); seed += 1) {
      const { violations } = await runSimulation(seed, sabotage);
      for (const violation of violations) broken.add(violation.slice(0, violation.indexOf(": ")));
    }
    expect([...broken]).toContain(promise);
  });
});
