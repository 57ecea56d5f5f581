import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export const REPO_ROOT = join(import.meta.dirname, "../..");

/** Paths below the root of what git tracks or would track: a new file is checked before it is added. */
export function listRepoFiles(): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const listed = execFileSync("git", args, { cwd: REPO_ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const paths = new Set(listed.split("\0").filter(Boolean));
  return [...paths].filter((path) => statSync(join(REPO_ROOT, path), { throwIfNoEntry: false })?.isFile()).toSorted();
}

export function readRepoFile(path: string): string {
  return readFileSync(join(REPO_ROOT, path), "utf8");
}
