import { describe, expect, it } from "vitest";
import { systemClock as clock } from "./clock.ts";
import { retry } from "./wait.ts";

describe("retry", () => {
  it("calls until the work succeeds and returns its value", async () => {
    let calls = 0;
    const work = async () => {
      calls += 1;
      if (calls < 3) throw new Error("not yet");
      return calls;
    };
    await expect(retry(work, { clock, signal: AbortSignal.timeout(5_000), delayMs: 1 })).resolves.toBe(3);
  });

  it("ends with the work's own error when the signal is aborted during a pause", async () => {
    const stop = new AbortController();
    const refused = retry(() => Promise.reject(new Error("refused")), { clock, signal: stop.signal, delayMs: 60_000 });
    stop.abort();
    await expect(refused).rejects.toThrow("refused");
  });

  it("tries once when the signal is aborted already", async () => {
    let calls = 0;
    const work = () => Promise.reject(new Error(`refused ${++calls}`));
    await expect(retry(work, { clock, signal: AbortSignal.abort(), delayMs: 60_000 })).rejects.toThrow("refused 1");
    expect(calls).toBe(1);
  });
});
