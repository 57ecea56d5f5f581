/** The programs as somebody has them who has just got them: built, and without a session image on the engine. */
import { appendFile, cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../paths.ts";

const BUILT = ["packages/cli/dist", "packages/server/dist", "packages/wrapper/dist"];

/**
 * Copies them below `parent`. What the image is made from differs in a comment of a late step: it has to be built, and
 * the engine has the early steps in its cache.
 * @returns the path of its `ccd`
 */
export async function makeNewCheckout(parent: string): Promise<string> {
  const path = join(parent, "cc-docker");
  for (const folder of [...BUILT, "container"]) await cp(join(ROOT, folder), join(path, folder), { recursive: true });
  await appendFile(join(path, "container/entrypoint.sh"), `# ${Date.now()}\n`);
  for (const modules of ["node_modules", "packages/server/node_modules"]) {
    await mkdir(join(path, modules, ".."), { recursive: true });
    await symlink(join(ROOT, modules), join(path, modules));
  }
  return join(path, "packages/cli/dist/ccd.mjs");
}
