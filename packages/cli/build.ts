/** One file that runs anywhere Node does: no node_modules beside it. */
import { chmod } from "node:fs/promises";
import { build } from "esbuild";

const outfile = "dist/ccd.mjs";

await build({
  entryPoints: ["src/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
});
await chmod(outfile, 0o755);
