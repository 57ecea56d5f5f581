/** `ccd.mjs`, with what it loads behind it in files beside it: runs anywhere Node does, without node_modules. */
import { chmod, rm } from "node:fs/promises";
import { build } from "esbuild";
import { BUNDLE } from "./bundle.ts";

await rm("dist", { recursive: true, force: true });
await build(BUNDLE);
await chmod("dist/ccd.mjs", 0o755);
