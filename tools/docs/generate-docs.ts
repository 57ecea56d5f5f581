import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatePages } from "./pages.ts";
import { REPO_ROOT } from "./repo-files.ts";

for (const { path, text } of generatePages()) {
  const target = join(REPO_ROOT, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  console.log(`wrote ${path}`);
}
