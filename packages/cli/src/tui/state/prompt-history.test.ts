import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openPromptHistory } from "./prompt-history.ts";

let folder: string;
let file: string;
const open = (directory: string) => openPromptHistory(file, directory);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccd-history-"));
  file = join(folder, "state/prompts.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

const written = () => expect.poll(() => readFile(file, "utf8").catch(() => ""));

it("is there again the next time, for its directory only, and for nobody else to read", async () => {
  (await open("/a")).add("first\nof two lines");
  await written().toContain("first");
  expect((await open("/a")).all()).toEqual(["first\nof two lines"]);
  expect((await open("/b")).all()).toEqual([]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it("does not keep the same prompt twice in a row", async () => {
  const history = await open("/a");
  history.add("again");
  history.add("again");
  expect(history.all()).toEqual(["again"]);
});

it("is no longer than a file may be, however much is sent", async () => {
  const history = await open("/a");
  for (let n = 0; n < 2500; n += 1) history.add(`p${n}`);
  expect(history.all()).toHaveLength(2000);
  expect(history.all().at(-1)).toBe("p2499");
  await written().toContain("p2499");
});

it("survives a line that was cut", async () => {
  (await open("/a")).add("whole");
  await written().toContain("whole");
  await appendFile(file, '{"directory":"/a","pro');
  expect((await open("/a")).all()).toEqual(["whole"]);
});

it("is cut to its newest when it has grown long", async () => {
  (await open("/a")).add("old");
  await written().toContain("old");
  const lines = Array.from({ length: 2500 }, (_, n) => `${JSON.stringify({ directory: "/a", prompt: `p${n}` })}\n`);
  await writeFile(file, lines.join(""));
  expect((await open("/a")).all()).toHaveLength(1000);
  expect((await readFile(file, "utf8")).trimEnd().split("\n")).toHaveLength(1000);
});

it("says why it has nothing when its file cannot be read", async () => {
  await writeFile(join(folder, "state"), "a file where a folder should be");
  const history = await open("/a");
  expect(history.all()).toEqual([]);
  const troubles: string[] = [];
  history.listen((message) => troubles.push(message));
  expect(troubles).toEqual([expect.stringContaining("Earlier prompts are not at hand")]);
  history.add("never written");
  await expect.poll(() => troubles.slice(1)).toEqual([expect.stringContaining("Not remembered")]);
});
