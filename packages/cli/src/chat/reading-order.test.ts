import { expect, it } from "vitest";
import { GIVEN_UP } from "./entries.ts";
import { createReadingOrder, type Reader } from "./reading-order.ts";

const { signal } = new AbortController();

/** One whose wait ends when the test says so, or when it is to give up. */
function createReader(name: string, how: Partial<Reader> = {}) {
  const { promise, resolve } = Promise.withResolvers<string | typeof GIVEN_UP>();
  const started: string[] = [];
  const read: Reader["read"] = (onWait) => {
    started.push(name);
    onWait(() => resolve(GIVEN_UP));
    return promise;
  };
  return { reader: { isUrgent: false, yields: false, signal, read, ...how }, started, finish: () => resolve(name) };
}

it("lets one read after the other, as they came, also after one that failed", async () => {
  const readInOrder = createReadingOrder();
  const [first, second] = [createReader("first"), createReader("second")];
  const failing = readInOrder({ ...first.reader, read: () => Promise.reject(new Error("broken")) });
  const reading = [readInOrder(first.reader), readInOrder(second.reader)];
  await expect(failing).rejects.toThrow("broken");
  await expect.poll(() => first.started).toEqual(["first"]);
  expect(second.started).toEqual([]);
  first.finish();
  second.finish();
  expect(await Promise.all(reading)).toEqual(["first", "second"]);
});

it("has one who yields give up for who is urgent, and read again afterwards", async () => {
  const readInOrder = createReadingOrder();
  const waits: (() => void)[] = [];
  const read: Reader["read"] = async (onWait) => {
    const { promise, resolve } = Promise.withResolvers<typeof GIVEN_UP | string>();
    onWait(() => resolve(GIVEN_UP));
    waits.push(() => resolve("prompt"));
    return await promise;
  };
  const prompt = readInOrder({ isUrgent: false, yields: true, signal, read });
  await expect.poll(() => waits).toHaveLength(1);
  const urgent = createReader("answer", { isUrgent: true });
  const answer = readInOrder(urgent.reader);
  await expect.poll(() => urgent.started).toEqual(["answer"]);
  expect(waits).toHaveLength(1);
  urgent.finish();
  expect(await answer).toBe("answer");
  await expect.poll(() => waits).toHaveLength(2);
  waits[1]?.();
  expect(await prompt).toBe("prompt");
});

it("does not begin for who is not interested any more", async () => {
  const { reader, started } = createReader("gone", { signal: AbortSignal.abort("over") });
  await expect(createReadingOrder()(reader)).rejects.toBe("over");
  expect(started).toEqual([]);
});
