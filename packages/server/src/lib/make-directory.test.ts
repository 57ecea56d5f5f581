import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { makeDirectory } from "./make-directory.ts";

it("makes what is missing above it too, for this user alone, and leaves what is there", () => {
  const folder = mkdtempSync(join(tmpdir(), "directory-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  makeDirectory(join(folder, "a", "b"));
  makeDirectory(join(folder, "a", "b"));
  expect(statSync(join(folder, "a")).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, "a", "b")).isDirectory()).toBe(true);
});

it("takes no file for one", () => {
  expect(() => makeDirectory(import.meta.filename)).toThrow(/^EEXIST/);
});

it("ends where no directory can be made", () => {
  expect(() => makeDirectory("/proc/nope/below")).toThrow(/^(ENOENT|EACCES|EPERM|EROFS)/);
});
