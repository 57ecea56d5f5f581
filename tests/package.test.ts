/** What the tarball of the client promises before anything of it runs. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publint } from "publint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packClient } from "./harness/packed-client.ts";
import { runProgram } from "./harness/run-program.ts";

/** Of its code, as a page loads it. */
const MAX_GZIP_BYTES = 25 * 1024;

let folder: string;
let tarball: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccd-pack-"));
  tarball = await packClient(folder);
  await runProgram(["tar", "-xzf", tarball], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the tarball holds code, types, licenses and the README, and no sources", async () => {
  const files = await runProgram(["tar", "-tzf", tarball], { cwd: folder });
  expect(files.trim().split("\n").toSorted()).toEqual([
    "package/LICENSE",
    "package/README.md",
    "package/dist/THIRD-PARTY-LICENSES.txt",
    "package/dist/index.d.ts",
    "package/dist/index.js",
    "package/package.json",
  ]);
});

test("it asks for zod alone, whose types its types name", async () => {
  const manifest = JSON.parse(await readFile(join(folder, "package/package.json"), "utf8"));
  expect(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })).toEqual(["zod"]);
  const types = await readFile(join(folder, "package/dist/index.d.ts"), "utf8");
  expect([...types.matchAll(/\bfrom "(.*)"|import\("(.*)"\)/g)].map((match) => match[1] ?? match[2])).toEqual(["zod"]);
});

test("publint has nothing to say about it", async () => {
  const { messages } = await publint({ pkgDir: join(folder, "package"), pack: false, strict: true });
  expect(messages).toEqual([]);
});

test("its types are what its code is, for every way to resolve modules", async () => {
  const attw = join(import.meta.dirname, "node_modules/.bin/attw");
  const checked = runProgram([attw, tarball, "--profile", "esm-only"], { cwd: folder });
  await expect(checked, "ends with 1 for a problem").resolves.toContain("node16 (from ESM)");
});

test("a page that uses all of it loads less than 25 KB, without zod and without anything of Node", async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(folder, "package/dist/index.js")],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    metafile: true,
  });
  expect(Object.keys(metafile.inputs)).toHaveLength(1);
  expect(gzipSync(outputFiles[0]?.contents ?? "").byteLength).toBeLessThan(MAX_GZIP_BYTES);
});
