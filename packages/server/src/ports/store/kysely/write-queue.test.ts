import { describe, expect, it } from "vitest";
import { createWriteQueue, type Outcome, type Work } from "./write-queue.ts";

type Tx = { batch: number };

/** A database whose commits end when the test says so. */
function createSlowDatabase() {
  const batches: { size: number; commit: () => void; refuse: (error: Error) => void }[] = [];
  async function runBatch(works: readonly Work<Tx>[]): Promise<Outcome[]> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const batch = batches.push({ size: works.length, commit: resolve, refuse: reject });
    const outcomes: Outcome[] = [];
    for (const work of works) outcomes.push({ ok: true, value: await work({ batch }) });
    await promise;
    return outcomes;
  }
  const queue = createWriteQueue<Tx>(runBatch, () => new Error("closed"));
  return { batches, queue };
}

async function untilBatch(batches: readonly unknown[], count: number): Promise<void> {
  await expect.poll(() => batches.length, { interval: 1 }).toBe(count);
}

const batchOf = async ({ batch }: Tx) => batch;

describe("the write queue", () => {
  it("runs the first work at once and lets all that arrive during its commit share the next", async () => {
    const { batches, queue } = createSlowDatabase();
    const first = queue.write(batchOf);
    await untilBatch(batches, 1);
    const others = Array.from({ length: 100 }, () => queue.write(batchOf));
    batches[0]?.commit();
    await untilBatch(batches, 2);
    batches[1]?.commit();
    expect([await first, ...new Set(await Promise.all(others))]).toEqual([1, 2]);
  });

  it("reports nothing before the commit", async () => {
    const { batches, queue } = createSlowDatabase();
    let done = false;
    const write = queue.write(async () => "value").then(() => (done = true));
    await untilBatch(batches, 1);
    await new Promise(setImmediate);
    expect(done).toBe(false);
    batches[0]?.commit();
    await write;
  });

  it("splits a flood over several commits", async () => {
    const { batches, queue } = createSlowDatabase();
    const writes = Array.from({ length: 600 }, () => queue.write(batchOf));
    for (let n = 1; n <= 4; n += 1) {
      await untilBatch(batches, n);
      batches[n - 1]?.commit();
    }
    await Promise.all(writes);
    expect(batches.map(({ size }) => size)).toEqual([1, 256, 256, 87]);
  });

  it("fails every work of a commit that failed, and none of the next", async () => {
    const { batches, queue } = createSlowDatabase();
    const first = queue.write(batchOf);
    const failing = Promise.allSettled([queue.write(batchOf), queue.write(batchOf)]);
    await untilBatch(batches, 1);
    batches[0]?.commit();
    await untilBatch(batches, 2);
    const next = queue.write(batchOf);
    batches[1]?.refuse(new Error("disk full"));
    const reason = expect.objectContaining({ message: "disk full" });
    expect(await failing).toEqual([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    await untilBatch(batches, 3);
    batches[2]?.commit();
    expect([await first, await next]).toEqual([1, 3]);
  });

  it("takes works again after it has run dry", async () => {
    const { batches, queue } = createSlowDatabase();
    for (let n = 1; n <= 2; n += 1) {
      const write = queue.write(batchOf);
      await untilBatch(batches, n);
      batches[n - 1]?.commit();
      expect(await write).toBe(n);
    }
  });

  it("ends after what it accepted and refuses the rest", async () => {
    const { batches, queue } = createSlowDatabase();
    const accepted = queue.write(batchOf);
    const closed = queue.close();
    await expect(queue.write(batchOf)).rejects.toThrow("closed");
    await untilBatch(batches, 1);
    batches[0]?.commit();
    await closed;
    expect(await accepted).toBe(1);
  });
});
