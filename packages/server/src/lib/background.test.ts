import { describe, expect, it } from "vitest";
import { createBackground } from "./background.ts";
import { systemClock as clock } from "./clock.ts";

function openBackground() {
  const errors: object[] = [];
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (fields: object) => void errors.push(fields) };
  return {
    errors,
    background: createBackground({ clock, log, isExpected: (error): error is Error => error instanceof RangeError }),
  };
}

/** Ends only when it is told to. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));

describe("background work", () => {
  it("is aborted by the close of its owner, which waits for its end", async () => {
    const { background } = openBackground();
    const log: string[] = [];
    background.run("work", async (signal) => {
      await untilAborted(signal);
      await new Promise(setImmediate);
      log.push("work ended");
    });
    await background.close();
    log.push("closed");
    expect(log).toEqual(["work ended", "closed"]);
  });

  it("that fails says so in the log, under its name", async () => {
    const { background, errors } = openBackground();
    const error = new Error("broken");
    background.run("work", () => Promise.reject(error));
    await expect.poll(() => errors, { interval: 1 }).toEqual([{ err: error, task: "work" }]);
    await background.close();
  });

  it("that fails because it was aborted says nothing", async () => {
    const { background, errors } = openBackground();
    background.run("work", async (signal) => {
      await untilAborted(signal);
      signal.throwIfAborted();
    });
    await background.close();
    expect(errors).toEqual([]);
  });

  it("does not begin after the close", async () => {
    const { background } = openBackground();
    await background.close();
    let begun = false;
    background.run("late", async () => void (begun = true));
    expect(begun).toBe(false);
  });
});
