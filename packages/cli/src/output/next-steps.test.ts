import { expect, it } from "vitest";
import { COMMANDS } from "../commands/commands.ts";
import { NEXT_STEPS } from "./next-steps.ts";

it.each(Object.entries(NEXT_STEPS))("%s leads to commands there are", (_code, step) => {
  const named = Array.from(step.matchAll(/`ccd ([a-z]+)/g), ([, name]) => name);
  const known = COMMANDS.map(({ name }) => name);
  expect(named.filter((name) => name !== undefined && !known.includes(name))).toEqual([]);
});
