import { describe, expect, it } from "vitest";
import { createKeyedLock } from "./keyed-lock.ts";

describe("a lock by key", () => {
  it("runs the works of one key one after the other, also after one that failed", async () => {
    const lock = createKeyedLock<string>();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (name === "b") throw new Error("b failed");
      return name;
    };
    const results = await Promise.allSettled(["a", "b", "c"].map((name) => lock("key", work(name))));
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("lets other keys go on", async () => {
    const lock = createKeyedLock<string>();
    const gate = Promise.withResolvers<string>();
    const held = lock("one", () => gate.promise);
    expect(await lock("two", async () => "through")).toBe("through");
    gate.resolve("opened");
    expect(await held).toBe("opened");
  });
});
