import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REQUIREMENTS } from "./requirements.ts";

const SCENARIOS = join(import.meta.dirname, "scenarios");

/** Read as text: a scenario is only registered where an engine runs, a promise has to have a test everywhere. */
const cited = new Set(
  readdirSync(SCENARIOS)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(SCENARIOS, name), "utf8"))
    .flatMap((text) => [...text.matchAll(/\bverifies\(\s*"([^"]+)"/g)])
    .map(([, id = ""]) => id),
);

test("every promise has a test", () => {
  expect(Object.keys(REQUIREMENTS).filter((id) => !cited.has(id))).toEqual([]);
});

test("no test cites an unknown promise", () => {
  expect([...cited].filter((id) => !Object.hasOwn(REQUIREMENTS, id))).toEqual([]);
});
