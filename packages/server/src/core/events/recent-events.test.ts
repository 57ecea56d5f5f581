import type { SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { createRecentEvents } from "./recent-events.ts";

const ID = "00000000-0000-4000-8000-000000000001" as SessionId;
const rows = (...seqs: number[]) => seqs.map((seq) => ({ seq, json: `{"seq":${seq}}` }));

describe("the newest batches of a session", () => {
  it("serve a follower that keeps up, and one that has part of it", () => {
    const recent = createRecentEvents();
    recent.keep(ID);
    recent.add(ID, rows(4, 5, 6));
    expect([recent.read(ID, 3), recent.read(ID, 5)]).toEqual([rows(4, 5, 6), rows(6)]);
  });

  it("leave a follower that is further behind, or up to date, to the store", () => {
    const recent = createRecentEvents();
    recent.keep(ID);
    recent.add(ID, rows(4, 5));
    expect([recent.read(ID, 2), recent.read(ID, 5)]).toEqual([[], []]);
  });

  it("are served one by one, each as the array it came in", () => {
    const recent = createRecentEvents();
    recent.keep(ID);
    const [first, second] = [rows(4, 5), rows(6)];
    recent.add(ID, first);
    recent.add(ID, second);
    expect(recent.read(ID, 3)).toBe(first);
    expect(recent.read(ID, 4)).toEqual(rows(5));
    expect(recent.read(ID, 5)).toBe(second);
    expect(recent.read(ID, 2)).toEqual([]);
  });

  it("give way, the oldest first, when they are large together", () => {
    const recent = createRecentEvents();
    recent.keep(ID);
    for (const seq of [1, 2, 3]) recent.add(ID, [{ seq, json: "x".repeat(30_000) }]);
    expect([0, 1, 2].map((after) => recent.read(ID, after).length)).toEqual([0, 1, 1]);
    recent.add(ID, [{ seq: 4, json: "x".repeat(150_000) }]);
    expect([2, 3].map((after) => recent.read(ID, after).length)).toEqual([0, 1]);
  });

  it("are kept for as long as anybody follows", () => {
    const recent = createRecentEvents();
    const [first, second] = [recent.keep(ID), recent.keep(ID)];
    first();
    recent.add(ID, rows(1));
    expect(recent.read(ID, 0)).toEqual(rows(1));
    second();
    recent.add(ID, rows(2));
    expect([recent.read(ID, 0), recent.read(ID, 1)]).toEqual([[], []]);
  });

  it("do not hold a large one, nor what came before it", () => {
    const recent = createRecentEvents();
    recent.keep(ID);
    recent.add(ID, rows(1));
    recent.add(ID, [{ seq: 2, json: "x".repeat(800_000) }]);
    expect([recent.read(ID, 0), recent.read(ID, 1)]).toEqual([[], []]);
  });
});
