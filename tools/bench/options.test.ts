import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

const KNOWN = ["cold", "startup"];

describe("the arguments of ./dev bench", () => {
  it("mean all benches, as people read them, when there are none", () => {
    expect(parseOptions([], KNOWN)).toEqual({ names: [], samples: undefined, json: false, coldImage: false });
  });

  it("name benches and may ask for samples and JSON", () => {
    const options = parseOptions(["startup", "--samples", "30", "--json"], KNOWN);
    expect(options).toEqual({ names: ["startup"], samples: 30, json: true, coldImage: false });
  });

  it.each([
    [["warm"], 'no bench "warm"; there are cold, startup'],
    [["--samples", "few"], "--samples few"],
    [["--samples=0"], "--samples 0"],
    [["--fast"], "--fast"],
  ])("%j is refused", (args, message) => {
    expect(() => parseOptions(args, KNOWN)).toThrow(message);
  });
});
