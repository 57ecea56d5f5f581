import { expect, it } from "vitest";
import { interleave } from "./interleave.ts";

function record(counts: Record<string, number>) {
  const taken: string[] = [];
  const takings = Object.entries(counts).map(([name, count]) => ({ count, take: async () => void taken.push(name) }));
  return { taken, takings };
}

it("arms take turns, and every second round goes backwards", async () => {
  const { taken, takings } = record({ a: 4, b: 4 });
  await interleave(takings, new AbortController().signal);
  expect(taken.join("")).toBe("abbaabba");
});

it("an arm with fewer samples is spread over the whole run", async () => {
  const { taken, takings } = record({ a: 6, b: 2 });
  await interleave(takings, new AbortController().signal);
  expect(taken.join("")).toBe("aaabaaba");
});

it("nothing is taken after an abort", async () => {
  const { taken, takings } = record({ a: 1 });
  await expect(interleave(takings, AbortSignal.abort(new Error("interrupted")))).rejects.toThrow("interrupted");
  expect(taken).toEqual([]);
});
