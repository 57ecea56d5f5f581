import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { OWN_FILES, OWN_SETTINGS } from "./settings.ts";
import { historyFile } from "./tui/state/prompt-history.ts";

/** What the program is made from, but for the table. */
async function readSources(): Promise<string> {
  const entries = await readdir(import.meta.dirname, { withFileTypes: true, recursive: true });
  const files = entries.filter(
    ({ name }) => /[.]tsx?$/.test(name) && !/[.]test[.]|[.]test-helper[.]/.test(name) && name !== "settings.ts",
  );
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")))).join("\n");
}

it("are told of every variable that the program reads, and of no other", async () => {
  const sources = await readSources();
  const read = [...sources.matchAll(/\benv\["(\w+)"\]/g)].map(([, name = ""]) => name);
  expect(read.length).toBeGreaterThan(10);
  const rows = Object.keys(OWN_SETTINGS);
  expect(read.filter((name) => !rows.includes(name))).toEqual([]);
  expect(rows.filter((name) => !sources.includes(`"${name}"`))).toEqual([]);
});

it("name the file where prompts are kept", () => {
  expect(OWN_FILES.map(({ path }) => path)).toContain(historyFile({}).replace(homedir(), "~"));
});
