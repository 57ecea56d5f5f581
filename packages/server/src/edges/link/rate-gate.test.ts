import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../lib/clock.ts";
import { createRateGate } from "./rate-gate.ts";

const MAX_WAIT_MS = 10_000;
const START = "2026-03-01T12:00:00.000Z";

function openGate() {
  const gate = createRateGate({ clock: systemClock, maxWaitMs: MAX_WAIT_MS });
  const gone = new AbortController();
  const through: string[] = [];
  const told: (string | undefined)[] = [];

  function visit(name: string, signal = gone.signal) {
    const own = gate.visit({ signal, onWait: (until) => told.push(until) });
    const entered = own.enter().then(
      () => through.push(name),
      (error: Error) => through.push(`${name}: ${(error as { code?: string }).code ?? error.message}`),
    );
    return { ...own, entered };
  }

  /** A call that has gone out and is put off for so long. */
  async function close(ms: number) {
    const closing = visit("the one that closes it");
    await closing.entered;
    closing.leave(ms);
    through.length = 0;
    return closing;
  }

  return { visit, close, through, told };
}

describe("the gate of a rate limit", () => {
  beforeEach(() => void vi.useFakeTimers({ now: new Date(START) }));
  afterEach(() => void vi.useRealTimers());

  it("lets all calls through while nothing is limited", async () => {
    const { visit, through, told } = openGate();
    await Promise.all([visit("a").entered, visit("b").entered]);
    expect(through).toEqual(["a", "b"]);
    expect(told).toEqual([]);
  });

  it("keeps all in until the reset, then lets one go first and the others after it", async () => {
    const { visit, close, through, told } = openGate();
    await close(5000);
    const [a] = [visit("a"), visit("b"), visit("c")];
    await vi.advanceTimersByTimeAsync(4999);
    expect(through).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(through).toEqual(["a"]);
    a.leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(through).toEqual(["a", "b", "c"]);
    const until = "2026-03-01T12:00:05.000Z";
    expect(told.filter((time) => time === until)).toHaveLength(3);
    expect(told.filter((time) => time === undefined)).toHaveLength(3);
  });

  it("lets another go first when the first has no answer for long", async () => {
    const { visit, close, through } = openGate();
    await close(1000);
    const stuck = visit("stuck");
    const [a] = [visit("a"), visit("b"), visit("c")];
    await vi.advanceTimersByTimeAsync(1000 + 29_999);
    expect(through).toEqual(["stuck"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(through).toEqual(["stuck", "a"]);
    stuck.leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(through).toEqual(["stuck", "a"]);
    a.leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(through).toEqual(["stuck", "a", "b", "c"]);
  });

  it("stays closed when the first is put off again, and tells the new time", async () => {
    const { visit, close, through, told } = openGate();
    await close(1000);
    const [a] = [visit("a"), visit("b")];
    await vi.advanceTimersByTimeAsync(1000);
    a.leave(2000);
    await vi.advanceTimersByTimeAsync(1999);
    expect(through).toEqual(["a"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(through).toEqual(["a", "b"]);
    expect(told).toContain("2026-03-01T12:00:03.000Z");
  });

  it("is not opened by a call that went out before it closed", async () => {
    const { visit, close, through } = openGate();
    const early = visit("early");
    await early.entered;
    await close(1000);
    early.leave();
    visit("late");
    await vi.advanceTimersByTimeAsync(999);
    expect(through).toEqual([]);
  });

  it("lets the next go first when the first is gone before it knew", async () => {
    const { visit, close, through } = openGate();
    await close(1000);
    const leaving = new AbortController();
    const a = visit("a", leaving.signal);
    visit("b");
    await vi.advanceTimersByTimeAsync(1000);
    expect(through).toEqual(["a"]);
    leaving.abort(new Error("gone"));
    a.leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(through).toEqual(["a", "b"]);
  });

  it("lets go of who waits as soon as its caller is gone", async () => {
    const { visit, close, through, told } = openGate();
    await close(5000);
    const leaving = new AbortController();
    visit("a", leaving.signal);
    await vi.advanceTimersByTimeAsync(10);
    leaving.abort(new Error("gone"));
    await vi.advanceTimersByTimeAsync(0);
    expect(through).toEqual(["a: gone"]);
    expect(told.at(-1)).toBeUndefined();
  });

  it("refuses at once what would wait too long, also when that shows only later", async () => {
    const { visit, close, through } = openGate();
    await close(MAX_WAIT_MS + 1);
    await visit("a").entered;
    expect(through).toEqual(["a: MODEL_RATE_LIMITED"]);
  });

  it("counts what a call has waited already", async () => {
    const { visit, close, through } = openGate();
    await close(6000);
    const a = visit("a");
    await vi.advanceTimersByTimeAsync(6000);
    a.leave(6000);
    await expect(a.enter()).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED" });
    expect(through).toEqual(["a"]);
  });

  it("does not mind what the wall's clock does", async () => {
    const { visit, close, through } = openGate();
    await close(5000);
    visit("a");
    vi.setSystemTime(new Date("2026-03-01T13:00:00Z"));
    await vi.advanceTimersByTimeAsync(4999);
    expect(through).toEqual([]);
    vi.setSystemTime(new Date("2026-03-01T10:00:00Z"));
    await vi.advanceTimersByTimeAsync(1);
    expect(through).toEqual(["a"]);
  });
});
