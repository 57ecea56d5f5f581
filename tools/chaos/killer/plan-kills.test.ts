import { expect, it } from "vitest";
import { planKills } from "./plan-kills.ts";

const plan = { seed: 1, seconds: 600, sessions: 4, killsEngine: true };

it("a seed gives the same kills in the same order, and another seed other ones", () => {
  expect(planKills(plan)).toEqual(planKills(plan));
  expect(planKills({ ...plan, seed: 2 })).not.toEqual(planKills(plan));
});

it("a longer run begins like a shorter one", () => {
  const short = planKills({ ...plan, seconds: 60 });
  expect(short.length).toBeGreaterThan(5);
  expect(planKills(plan).slice(0, short.length)).toEqual(short);
});

it("kills of every kind hit every session, within the run", () => {
  const kills = planKills(plan);
  expect(new Set(kills.map(({ kind }) => kind)).size).toBe(7);
  expect(new Set(kills.map(({ seat }) => seat))).toEqual(new Set([0, 1, 2, 3]));
  expect(Math.max(...kills.map(({ atMs }) => atMs))).toBeLessThan(600_000);
});

it("the engine is left alone when it is not ours", () => {
  const kinds = planKills({ ...plan, killsEngine: false }).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind.startsWith("engine"))).toEqual([]);
});
