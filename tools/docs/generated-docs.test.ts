import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generatePages } from "./pages.ts";
import { REPO_ROOT, readRepoFile } from "./repo-files.ts";

describe("a generated document", () => {
  it.each(generatePages())("$path says what the code says", ({ path, text }) => {
    const onDisk = existsSync(join(REPO_ROOT, path)) ? readRepoFile(path) : "";
    expect(onDisk, `${path} differs from the code: run ./dev docs`).toBe(text);
  });
});
