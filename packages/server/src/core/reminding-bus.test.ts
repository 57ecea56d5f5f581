import { expect, it } from "vitest";
import { createManualClock } from "../lib/clock.test-helper.ts";
import { openInProcessBus } from "../ports/bus/drivers/in-process.ts";
import { openTestCore } from "./core.test-helper.ts";
import { createRemindingBus } from "./reminding-bus.ts";

function openBus() {
  const clock = createManualClock();
  const bus = openInProcessBus({ onError: (error) => expect.fail(String(error)) });
  return { clock, bus, reminding: createRemindingBus(bus, clock) };
}

it("who listens for one session is rung also when nobody rings, until it listens no more", () => {
  const { clock, bus, reminding } = openBus();
  const heard: number[] = [];
  const unsubscribe = reminding.subscribe("events:s", (_topic, value) => void heard.push(value));
  bus.publish("events:s", 7);
  expect(heard).toEqual([7]);
  clock.advance(30_000);
  expect(heard).toEqual([7, -1, -1]);
  unsubscribe();
  clock.advance(30_000);
  expect(heard).toHaveLength(3);
  expect(clock.waiting()).toBe(0);
});

it("who listens for all sessions is not", () => {
  const { clock, reminding } = openBus();
  reminding.subscribe("links:*", () => expect.fail("nobody rang"));
  clock.advance(30_000);
  expect(clock.waiting()).toBe(0);
});

it("a follower sees what a gateway committed that died before it could ring", async () => {
  const clock = createManualClock();
  await using t = await openTestCore({ isShared: true, clock });
  const sessionId = await t.openSession();
  const pages = t.core.events.follow({ owner: "ann", sessionId, after: 2, signal: new AbortController().signal });
  const next = pages.next();
  await t.store.write(async (tx) => {
    await tx.insertEvents(sessionId, [{ seq: 3, json: "{}" }]);
    await tx.updateSession(sessionId, { lastSeq: 3 });
  });
  clock.advance(15_000);
  expect((await next).value).toMatchObject([{ seq: 3 }]);
});
