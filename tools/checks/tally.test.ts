import { expect, it } from "vitest";
import { createTally, describeTally } from "./tally.ts";

it("a tally adds up its steps and counts one that throws as a failure", async () => {
  const tally = createTally(() => {});
  await tally.add("a", async () => ({ passed: 3, failed: 1 }));
  await tally.add("b", async () => Promise.reject(new Error("broken on purpose")));
  expect(describeTally(tally.total)).toBe("3 passed, 2 failed");
});
