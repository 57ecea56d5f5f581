import type { SessionId } from "@cc-docker/protocol";
import { describe, expect, it } from "vitest";
import { createRecentEvents } from "./recent-events.ts";

const ID = "00000000-0000-4000-8000-000000000001" as SessionId;
const rows = (...seqs: number[]) => seqs.map((seq) => ({ seq, json: `{"seq":${seq}}` }));

describe("the newest batch of a session", () => {
  it("serves a follower that keeps up, and one that has part of it", () => {
    const recent = createRecentEvents();
    recent.keep(ID);
    recent.add(ID, rows(4, 5, 6));
    expect([recent.read(ID, 3), recent.read(ID, 5)]).toEqual([rows(4, 5, 6), rows(6)]);
  });

  it("leaves a follower that is further behind, or up to date, to the store", () => {
    const recent = createRecentEvents();
    recent.keep(ID);
    recent.add(ID, rows(4, 5));
    expect([recent.read(ID, 2), recent.read(ID, 5)]).toEqual([[], []]);
  });

  it("is kept for as long as anybody follows", () => {
    const recent = createRecentEvents();
    const [first, second] = [recent.keep(ID), recent.keep(ID)];
    first();
    recent.add(ID, rows(1));
    expect(recent.read(ID, 0)).toEqual(rows(1));
    second();
    recent.add(ID, rows(2));
    expect([recent.read(ID, 0), recent.read(ID, 1)]).toEqual([[], []]);
  });

  it("is not kept when it is large, nor is the one before it", () => {
    const recent = createRecentEvents();
    recent.keep(ID);
    recent.add(ID, rows(1));
    recent.add(ID, [{ seq: 2, json: "x".repeat(800_000) }]);
    expect([recent.read(ID, 0), recent.read(ID, 1)]).toEqual([[], []]);
  });
});
