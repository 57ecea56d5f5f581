import { expect, test } from "vitest";
import { createAtMost } from "./at-most.ts";

test("no more run at one time than may, in the order of their arrival, whether they fail or not", async () => {
  const atMost = createAtMost(2);
  const order: number[] = [];
  let now = 0;
  let most = 0;
  const settled = await Promise.allSettled(
    Array.from({ length: 9 }, (_, n) =>
      atMost(async () => {
        order.push(n);
        now += 1;
        most = Math.max(most, now);
        await Promise.resolve();
        now -= 1;
        if (n % 3 === 0) throw new Error("failed");
        return n;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(3);
});
