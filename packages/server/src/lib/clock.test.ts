import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pause, systemClock, timeoutSignal } from "./clock.ts";

describe("the system's clock", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("runs work once, after its time", () => {
    const work = vi.fn<() => void>();
    systemClock.setTimer(1000, work);
    vi.advanceTimersByTime(999);
    expect(work).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5000);
    expect(work).toHaveBeenCalledOnce();
  });

  it("does not run work that was cancelled", () => {
    const work = vi.fn<() => void>();
    systemClock.setTimer(1000, work)();
    vi.advanceTimersByTime(5000);
    expect(work).not.toHaveBeenCalled();
  });

  it("aborts a signal after its time, with the name that AbortSignal.timeout gives", () => {
    const signal = timeoutSignal(systemClock, 1000);
    vi.advanceTimersByTime(999);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({ name: "TimeoutError" });
  });

  it("ends a pause after its time, or early by the signal, and leaves no timer behind", async () => {
    const stop = new AbortController();
    const pauses = [pause(systemClock, 1000, new AbortController().signal), pause(systemClock, 60_000, stop.signal)];
    vi.advanceTimersByTime(1000);
    await pauses[0];
    stop.abort();
    await pauses[1];
    await pause(systemClock, 60_000, stop.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});
