import { beforeEach, describe, expect, it } from "vitest";
import { type AnswerGuard, createAnswerGuard, READ_MS } from "./answer-guard.ts";

let nowMs: number;
let guard: AnswerGuard;

beforeEach(() => {
  nowMs = 10_000;
  guard = createAnswerGuard(() => nowMs);
});

const show = (key: string, more = {}) => guard.show({ key, isReadable: true, rowsBelow: 0, isCut: false, ...more });

describe("what the agent asks", () => {
  it("is answered once it was on the screen for long enough to be read", () => {
    show("a");
    nowMs += READ_MS - 1;
    show("a");
    expect(guard.refuse("a", "allow")).toContain("too soon");
    nowMs += READ_MS;
    expect(guard.refuse("a", "allow")).toBeUndefined();
  });

  it("is not answered when it replaced another just now, also when that was answered elsewhere", () => {
    show("a");
    nowMs += 60_000;
    show("b");
    nowMs += 84;
    expect(guard.refuse("b", "allow")).toContain("nothing was answered");
  });

  it("is not answered when another is on the screen, or none", () => {
    expect(guard.refuse("a", "allow")).toContain("something else");
    show("b");
    nowMs += READ_MS;
    expect(guard.refuse("a", "other")).toContain("something else");
  });

  it("is answered once by a key that is held down, however long", () => {
    const answered: number[] = [];
    let asked = 0;
    show("0");
    nowMs += READ_MS;
    for (const pauseMs of [0, 660, ...Array<number>(300).fill(35)]) {
      nowMs += pauseMs;
      if (guard.refuse(String(asked), "allow") === undefined) answered.push(asked++);
      show(String(asked));
    }
    expect(answered).toEqual([0]);
  });

  it("is not allowed where there is no room to show it, but may be denied", () => {
    show("a", { isReadable: false });
    nowMs += READ_MS;
    expect(guard.refuse("a", "allow")).toContain("Make the window larger");
    nowMs += READ_MS;
    expect(guard.refuse("a", "other")).toBeUndefined();
  });

  it("is not allowed before its last row was seen", () => {
    show("a", { rowsBelow: 12 });
    nowMs += READ_MS;
    expect(guard.refuse("a", "allow")).toContain("12 more rows");
    guard.turnPage();
    expect(guard.page("a")).toBe(1);
    show("a");
    nowMs += READ_MS;
    expect(guard.refuse("a", "allow")).toBeUndefined();
    guard.turnPage();
    expect(guard.page("a")).toBe(0);
  });
});
