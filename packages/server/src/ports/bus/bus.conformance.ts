/** The law of the Bus: every sentence of `bus.ts` is a test. Delivery may take its time, so tests wait for it. */
import { describe, expect, it } from "vitest";
import type { Bus, Topic } from "./bus.ts";

export type BusUnderTest = {
  name: string;
  /** A bus that shares its topics with no other test's. `onError` hears what listeners throw. */
  open: (options: { onError: (error: unknown) => void }) => Promise<Bus>;
};

type Rings = { topic: Topic; value: number }[];

function listen(bus: Bus, topic: Topic): { heard: Rings; unsubscribe: () => void } {
  const heard: Rings = [];
  const unsubscribe = bus.subscribe(topic, (rung, value) => heard.push({ topic: rung, value }));
  return { heard, unsubscribe };
}

async function untilHeard(heard: Rings, count: number): Promise<void> {
  await expect.poll(() => heard.length, { interval: 1 }).toBe(count);
}

export function testBus({ name, open }: BusUnderTest): void {
  const fail = (error: unknown) => {
    throw error;
  };

  describe(`bus: ${name}`, () => {
    it("delivers the rings of one topic in the order published, to every listener", async () => {
      await using bus = await open({ onError: fail });
      const [one, two] = [listen(bus, "events:a"), listen(bus, "events:a")];
      for (let value = 1; value <= 200; value += 1) bus.publish("events:a", value);
      await untilHeard(one.heard, 200);
      await untilHeard(two.heard, 200);
      const expected = Array.from({ length: 200 }, (_, index) => ({ topic: "events:a", value: index + 1 }));
      expect(one.heard).toEqual(expected);
      expect(two.heard).toEqual(expected);
    });

    it("delivers a topic to its own listeners only", async () => {
      await using bus = await open({ onError: fail });
      const [events, other, commands] = [listen(bus, "events:a"), listen(bus, "events:ab"), listen(bus, "commands:a")];
      bus.publish("events:a", 1);
      bus.publish("events:ab", 2);
      bus.publish("commands:a", 3);
      await untilHeard(commands.heard, 1);
      expect(events.heard).toEqual([{ topic: "events:a", value: 1 }]);
      expect(other.heard).toEqual([{ topic: "events:ab", value: 2 }]);
      expect(commands.heard).toEqual([{ topic: "commands:a", value: 3 }]);
    });

    it("delivers every topic of a kind to who listens to all of it, by its own name", async () => {
      await using bus = await open({ onError: fail });
      const all = listen(bus, "links:*");
      bus.publish("links:a", 1);
      bus.publish("events:a", 2);
      bus.publish("links:b", 3);
      await untilHeard(all.heard, 2);
      expect(all.heard).toEqual([
        { topic: "links:a", value: 1 },
        { topic: "links:b", value: 3 },
      ]);
    });

    it("rings for nobody", async () => {
      await using bus = await open({ onError: fail });
      expect(() => bus.publish("events:nobody", 1)).not.toThrow();
    });

    it("lets the others hear when a listener throws, and says so", async () => {
      const errors: unknown[] = [];
      await using bus = await open({ onError: (error) => errors.push(error) });
      const broken = new Error("a listener's defect");
      bus.subscribe("events:a", () => {
        throw broken;
      });
      const { heard } = listen(bus, "events:a");
      bus.publish("events:a", 1);
      await untilHeard(heard, 1);
      expect(errors).toEqual([broken]);
    });

    it("delivers nothing after unsubscribing, and goes on with the others", async () => {
      await using bus = await open({ onError: fail });
      const [gone, kept] = [listen(bus, "events:a"), listen(bus, "events:a")];
      bus.publish("events:a", 1);
      await untilHeard(gone.heard, 1);
      gone.unsubscribe();
      bus.publish("events:a", 2);
      await untilHeard(kept.heard, 2);
      expect(gone.heard).toHaveLength(1);
    });

    it("delivers nothing to a listener that another has unsubscribed during the same ring", async () => {
      await using bus = await open({ onError: fail });
      const later: { unsubscribe?: () => void } = {};
      bus.subscribe("events:a", () => later.unsubscribe?.());
      const second = listen(bus, "events:a");
      later.unsubscribe = second.unsubscribe;
      const last = listen(bus, "events:a");
      bus.publish("events:a", 1);
      await untilHeard(last.heard, 1);
      expect(second.heard).toEqual([]);
    });

    it("counts a listener as often as it subscribed, each with its own end", async () => {
      await using bus = await open({ onError: fail });
      const heard: number[] = [];
      const listener = (_topic: Topic, value: number) => void heard.push(value);
      const [first] = [bus.subscribe("events:a", listener), bus.subscribe("events:a", listener)];
      first();
      first();
      bus.publish("events:a", 1);
      await expect.poll(() => heard, { interval: 1 }).toEqual([1]);
    });

    it("hears a topic again after all its listeners had gone", async () => {
      await using bus = await open({ onError: fail });
      const before = listen(bus, "events:a");
      before.unsubscribe();
      const after = listen(bus, "events:a");
      before.unsubscribe();
      bus.publish("events:a", 1);
      await untilHeard(after.heard, 1);
      expect(before.heard).toEqual([]);
    });

    it("delivers nothing after it is closed, and closes twice", async () => {
      const bus = await open({ onError: fail });
      const { heard } = listen(bus, "events:a");
      await bus.close();
      bus.publish("events:a", 1);
      await bus.close();
      await new Promise(setImmediate);
      expect(heard).toEqual([]);
    });
  });
}
