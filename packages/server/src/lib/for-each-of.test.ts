import { describe, expect, it } from "vitest";
import { forEachOf } from "./for-each-of.ts";

async function* count(end: number, onEnd = () => {}) {
  try {
    for (let n = 1; n <= end; n += 1) yield n;
  } finally {
    onEnd();
  }
}

describe("what comes one after the other", () => {
  it("is taken in order, each when the last has been dealt with", async () => {
    const said: string[] = [];
    await forEachOf(count(3), async (n) => {
      said.push(`${n}`);
      await Promise.resolve();
      said.push(`${n} done`);
    });
    expect(said).toEqual(["1", "1 done", "2", "2 done", "3", "3 done"]);
  });

  it("is let go of when it cannot be dealt with", async () => {
    let ended = false;
    const taking = forEachOf(
      count(3, () => {
        ended = true;
      }),
      async () => {
        throw new Error("full");
      },
    );
    await expect(taking).rejects.toThrow("full");
    expect(ended).toBe(true);
  });
});
