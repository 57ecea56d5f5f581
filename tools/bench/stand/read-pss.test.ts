import { expect, it } from "vitest";
import { parsePssMb } from "./read-pss.ts";

it("the proportional set size is read in MB, not mistaken for one of its parts", () => {
  const rollup = "55d0-7ffe ---p 00000000 00:00 0 [rollup]\nRss:  90000 kB\nPss:  39063 kB\nPss_Anon:  20000 kB\n";
  expect(parsePssMb(rollup)).toBeCloseTo(40, 2);
});
