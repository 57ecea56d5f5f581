import { describe, expect, it } from "vitest";
import { createPromptQueue } from "./prompt-queue.ts";

describe("the prompt queue", () => {
  it("gives what was pushed before and while somebody reads, in order", async () => {
    const queue = createPromptQueue<number>();
    queue.push(1);
    queue.push(2);
    const values = queue.iterate();
    expect([(await values.next()).value, (await values.next()).value]).toEqual([1, 2]);
    const third = values.next();
    queue.push(3);
    queue.push(4);
    expect([(await third).value, (await values.next()).value]).toEqual([3, 4]);
  });

  it("waits while there is nothing, and ends what waits", async () => {
    const queue = createPromptQueue<number>();
    const waiting = queue.iterate().next();
    expect(await Promise.race([waiting, Promise.resolve("still waiting")])).toBe("still waiting");
    queue.end();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it("gives what was pushed before its end first", async () => {
    const queue = createPromptQueue<string>();
    queue.push("last");
    queue.end();
    const values: string[] = [];
    for await (const value of queue.iterate()) values.push(value);
    expect(values).toEqual(["last"]);
  });

  it("wakes its reader as often as it must wait", async () => {
    const queue = createPromptQueue<number>();
    const values = queue.iterate();
    for (let n = 0; n < 5; n += 1) {
      const next = values.next();
      await Promise.resolve();
      queue.push(n);
      expect((await next).value).toBe(n);
    }
  });
});
