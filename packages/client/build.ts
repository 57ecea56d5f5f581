/**
 * What is packed: one file of code and one of types, with what they need of the protocol and of libraries inside. zod
 * stays outside: our types name its types, our code does not use it.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as protocol from "@cc-docker/protocol";
import { type Plugin, rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { describeTypes } from "./describe-types.ts";

const OUT = "dist";
const EXTERNAL = ["zod"];

rmSync(OUT, { recursive: true, force: true });
await bundleCode();
await bundleTypes();

async function bundleCode(): Promise<void> {
  const bundle = await rolldown({ input: "src/index.ts", external: EXTERNAL, platform: "neutral" });
  const { output } = await bundle.write({ file: `${OUT}/index.js`, format: "esm" });
  writeFileSync(`${OUT}/THIRD-PARTY-LICENSES.txt`, collectLicenses(output[0].moduleIds));
}

/** The licenses of the libraries that are inside ask to go where their code goes. */
function collectLicenses(modules: readonly string[]): string {
  const folders = modules.map((path) => /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path));
  const named = new Map(folders.flatMap((found) => (found ? [[found[1] ?? "", found[0]] as const] : [])));
  const texts = [...named].map(([name, folder]) => `${name}\n\n${readFileSync(`${folder}LICENSE`, "utf8")}`);
  return texts.join("\n----\n\n");
}

/** The compiler writes a file of types for each file of code, of client and protocol; here they become one. */
async function bundleTypes(): Promise<void> {
  const emitted = resolve(OUT, "emitted");
  execFileSync("tsc", ["--project", "tsconfig.build.json", "--outDir", emitted], { stdio: "inherit" });
  const bundle = await rolldown({
    input: join(emitted, "client/src/index.d.ts"),
    external: EXTERNAL,
    plugins: [
      resolveTo("@cc-docker/protocol", join(emitted, "protocol/src/index.d.ts")),
      dts({ dtsInput: true, generator: "oxc", tsconfig: false }),
    ],
  });
  await bundle.write({ dir: OUT, format: "esm", entryFileNames: "index.d.ts" });
  rmSync(emitted, { recursive: true });
  const path = join(OUT, "index.d.ts");
  writeFileSync(path, describeTypes(readFileSync(path, "utf8"), protocol));
}

function resolveTo(name: string, path: string): Plugin {
  return { name: `resolve ${name}`, resolveId: { order: "pre", handler: (id) => (id === name ? path : null) } };
}
