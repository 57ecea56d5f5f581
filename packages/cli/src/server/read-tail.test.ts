import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readTail } from "./read-tail.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ccd-tail-"));
});
afterAll(() => rm(directory, { recursive: true }));

it.each([
  ["all of a short one", "one\ntwo\n", "one\ntwo"],
  ["the end of a long one", `${"x".repeat(5000)}the end\n`, "xxthe end"],
  ["nothing of an empty one", "", ""],
])("reads %s", async (_name, text, tail) => {
  const path = join(directory, "file");
  await writeFile(path, text);
  expect(await readTail(path, 10)).toBe(tail);
});

it("reads nothing of one that is not there", async () => {
  expect(await readTail(join(directory, "none"), 10)).toBe("");
});
