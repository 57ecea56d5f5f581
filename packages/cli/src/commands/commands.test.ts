import { describe, expect, it } from "vitest";
import { COMMANDS } from "./commands.ts";

describe.each(COMMANDS.map((command) => [command.name, command] as const))("ccd %s", (name, command) => {
  it("shows examples of itself", () => {
    expect(command.examples.length).toBeGreaterThan(0);
    expect(command.examples.filter(({ line }) => !line.includes(`ccd ${name}`))).toEqual([]);
  });

  it("says what it does in a few words that are no sentence", () => {
    expect(command.summary).toMatch(/^[a-z].*[^.]$/);
  });
});

it("has every command once", () => {
  const names = COMMANDS.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
