import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

describe("the options of ./dev simulate", () => {
  it("are many runs from a seed of their own when there are none", () => {
    const { seed, runs, trace } = parseOptions([]);
    expect({ runs, trace }).toEqual({ runs: 200, trace: false });
    expect(seed).toBeGreaterThanOrEqual(0);
  });

  it("are one run of the seed that is named alone", () => {
    expect(parseOptions(["--seed", "7"])).toEqual({ seed: 7, runs: 1, trace: false });
    expect(parseOptions(["--seed", "7", "--runs", "3", "--trace"])).toEqual({ seed: 7, runs: 3, trace: true });
  });

  it.each([
    { args: ["--seed", "-1"], says: /seed/ },
    { args: ["--runs", "0"], says: /--runs 0: not a whole number/ },
    { args: ["--speed", "1"], says: /speed/ },
  ])("are refused: $args", ({ args, says }) => {
    expect(() => parseOptions(args)).toThrow(says);
  });
});
