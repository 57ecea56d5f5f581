import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

describe("the arguments of ./dev chaos", () => {
  it("mean five minutes, four sessions and a seed of its own choice, when there are none", () => {
    const { seed, ...rest } = parseOptions([]);
    expect(rest).toEqual({ seconds: 300, sessions: 4, killsEngine: true, keep: undefined });
    expect(Number.isInteger(seed)).toBe(true);
  });

  it("name the seed of an earlier run, and what to leave out or keep", () => {
    const args = ["--seed", "7", "--seconds=60", "--sessions", "2", "--no-engine", "--keep", "out"];
    expect(parseOptions(args)).toEqual({ seed: 7, seconds: 60, sessions: 2, killsEngine: false, keep: "out" });
  });

  it.each([
    [["--seed", "x"], "--seed x"],
    [["--seconds", "0"], "--seconds 0"],
    [["--seconds", "3601"], "from 1 to 3600"],
    [["--sessions", "1.5"], "--sessions 1.5"],
    [["--gently"], "--gently"],
    [["gateway"], "gateway"],
  ])("%j is refused", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
