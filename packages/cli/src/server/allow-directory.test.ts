import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { allowDirectory } from "./allow-directory.ts";
import { localFiles } from "./data-dir.ts";

let env: { DATA_DIR: string };
beforeEach(async () => {
  const parent = await mkdtemp(join(tmpdir(), "ccd-allow-"));
  env = { DATA_DIR: join(parent, "data") };
  onTestFinished(() => rm(parent, { recursive: true }));
});

it("keeps what is allowed, each once, for the user alone", async () => {
  const { allowed, dataDir } = localFiles(env);
  for (const path of ["/srv/a", "/srv/b", "/srv/a"]) await allowDirectory(env, path);
  expect(JSON.parse(await readFile(allowed, "utf8"))).toEqual(["/srv/a", "/srv/b"]);
  expect((await stat(allowed)).mode & 0o777).toBe(0o600);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  expect(await readdir(dataDir)).toEqual(["allowed-directories.json"]);
});

it("loses none of those that are allowed at once", async () => {
  const paths = ["/srv/a", "/srv/b", "/srv/c", "/srv/d", "/srv/e"];
  await Promise.all(paths.map((path) => allowDirectory(env, path)));
  const { allowed, dataDir } = localFiles(env);
  expect((JSON.parse(await readFile(allowed, "utf8")) as string[]).toSorted()).toEqual(paths);
  expect(await readdir(dataDir)).toEqual(["allowed-directories.json"]);
});

it("says what is left of a change that was cut off", async () => {
  await allowDirectory(env, "/srv/a");
  const { allowed } = localFiles(env);
  await writeFile(`${allowed}.new`, "");
  await expect(allowDirectory(env, "/srv/b")).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining(`${allowed}.new`),
  });
});

it.each(["{", '{"a":1}', "[1]"])("leaves a list alone that it does not understand: %s", async (text) => {
  const { allowed } = localFiles(env);
  await allowDirectory(env, "/srv/a");
  await writeFile(allowed, text);
  await expect(allowDirectory(env, "/srv/b")).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining(allowed),
  });
  expect(await readFile(allowed, "utf8")).toBe(text);
  expect(await readdir(localFiles(env).dataDir)).toEqual(["allowed-directories.json"]);
});
