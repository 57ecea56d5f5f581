import type { SessionId } from "@cc-docker/protocol";
import { expect, test } from "vitest";
import { createManualClock } from "../../lib/clock.test-helper.ts";
import type { Instance, InstanceUsage, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow } from "../../ports/store/store.ts";
import { createContainerUsages } from "./container-usage.ts";

const instanceOf = (id: string): Instance => ({
  ref: `ref of ${id}`,
  sessionId: id as SessionId,
  generation: 1,
  running: true,
  paused: false,
});

/** Containers that use half a core each by the clock; `asked`: how often the engine was, `most` at once. */
function openWorld(count: number, told: (usage: InstanceUsage) => InstanceUsage | undefined = (usage) => usage) {
  const clock = createManualClock();
  const seen = { asked: 0, now: 0, most: 0 };
  const instances = Array.from({ length: count }, (_, n) => instanceOf(`s${n}`));
  const measure = async () => {
    seen.asked += 1;
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    if (slow.isOn) await opened;
    await Promise.resolve();
    seen.now -= 1;
    return told({ atMs: clock.monotonicMs(), cpuMs: clock.monotonicMs() / 2, memoryBytes: 100 });
  };
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const slow = { isOn: false, open };
  const runtime = { list: async () => instances, measure } as unknown as Runtime;
  const usages = createContainerUsages({ runtime, clock });
  /** The clock moves on until the work has ended. */
  async function ended<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const settled = work.finally(() => (done = true));
    while (!done) {
      await new Promise(setImmediate);
      clock.advance(250);
    }
    return settled;
  }
  return { clock, seen, usages, ended, slow };
}

test("the first look takes two, a later one counts from the look before", async () => {
  const { clock, seen, usages, ended } = openWorld(1);
  expect(await ended(usages.measureAll())).toEqual([{ cpuPercent: 50, memoryBytes: 100 }]);
  expect(seen.asked).toBe(2);
  clock.advance(60_000);
  expect(await ended(usages.measureAll())).toEqual([{ cpuPercent: 50, memoryBytes: 100 }]);
  expect(seen.asked).toBe(3);
});

test("who looks again within seconds, or at the same time, asks the engine nothing more", async () => {
  const { seen, usages, ended } = openWorld(1);
  const looks = [usages.measureAll(), usages.measure({ id: "s0" as SessionId, generation: 1 })] as const;
  await ended(Promise.all(looks));
  await ended(usages.measureAll());
  expect(seen.asked).toBe(2);
});

test("of many containers some are asked for at once, and each once", async () => {
  const { seen, usages, ended } = openWorld(200);
  expect(await ended(usages.measureAll())).toHaveLength(200);
  expect(seen.asked).toBe(400);
  expect(seen.most).toBeLessThanOrEqual(64);
});

test("a container of which nothing is told is left out, and where nothing is told of any there is no answer", async () => {
  let silent = 1;
  const some = openWorld(3, (usage) => (silent-- > 0 ? undefined : usage));
  expect(await some.ended(some.usages.measureAll())).toHaveLength(2);
  const { usages, ended } = openWorld(3, () => undefined);
  expect(await ended(usages.measureAll())).toBeUndefined();
  expect(await openWorld(0).usages.measureAll()).toEqual([]);
});

test("an engine that takes long is not waited for: what it tells is there at the next look", async () => {
  const { usages, ended, slow } = openWorld(1);
  slow.isOn = true;
  expect(await ended(usages.measureAll())).toBeUndefined();
  slow.open();
  await ended(usages.measure({ id: "s0" as SessionId, generation: 1 }));
  expect(await usages.measureAll()).toHaveLength(1);
});

test("bytes add up, until the session rests", () => {
  const { usages } = openWorld(1);
  const id = "s0" as SessionId;
  usages.carried(id, { rxBytes: 1, txBytes: 2 });
  usages.carried(id, { rxBytes: 10, txBytes: 20 });
  usages.watch({ id, status: "running", deleted: false } as SessionRow);
  expect(usages.bytesOf(id)).toEqual({ rxBytes: 11, txBytes: 22 });
  usages.watch({ id, status: "stopped", deleted: false } as SessionRow);
  expect(usages.bytesOf(id)).toEqual({ rxBytes: 0, txBytes: 0 });
});
