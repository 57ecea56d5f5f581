import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { joinSignals } from "./join-signals.ts";

describe("joined signals", () => {
  it("abort with the first of the others", () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const { signal } = joinSignals([one.signal, two.signal]);
    expect(signal.aborted).toBe(false);
    two.abort();
    expect(signal.aborted).toBe(true);
  });

  it("are aborted at once when one of the others is", () => {
    expect(joinSignals([new AbortController().signal, AbortSignal.abort()]).signal.aborted).toBe(true);
  });

  it("let go of the others, whoever aborts them", () => {
    const [one, two] = [new AbortController(), new AbortController()];
    joinSignals([one.signal, two.signal]).abort();
    joinSignals([one.signal, two.signal]);
    two.abort();
    expect([one, two].flatMap(({ signal }) => getEventListeners(signal, "abort"))).toEqual([]);
  });
});
