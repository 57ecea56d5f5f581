import { describe, expect, it } from "vitest";
import { createMeter, type Reading } from "./meter.ts";

const ROWS = {
  known: { kind: "gauge", help: "Read at once.", labels: [] },
  lost: { kind: "gauge", help: "Never answers.", labels: [] },
  failing: { kind: "gauge", help: "Cannot be read.", labels: [] },
  counted: { kind: "counter", help: "Counts.", labels: ["of"] },
} as const;

describe("metrics", () => {
  it("leave out a gauge that cannot be read, or not soon, and show all the rest", async () => {
    const meter = createMeter(ROWS);
    meter.add("counted", { of: "x" }, 2);
    meter.measure("known", async () => [{ labels: {}, value: 7 }]);
    meter.measure("failing", () => Promise.reject(new Error("away")));
    meter.measure("lost", () => new Promise<Reading[]>(() => undefined));
    const lines = (await meter.render()).text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines.toSorted()).toEqual(['counted{of="x"} 2', "known 7"]);
  });

  it("read a gauge once for all who look at one time, and again for who looks later", async () => {
    const meter = createMeter(ROWS);
    let read = 0;
    meter.measure("known", async () => [{ labels: {}, value: (read += 1) }]);
    const texts = await Promise.all(Array.from({ length: 10 }, async () => (await meter.render()).text));
    expect(new Set(texts).size).toBe(1);
    expect((await meter.render()).text).toContain("known 2");
  });
});
