/**
 * One file that starts fast, what it loads only when it is wanted beside it, and one for its thread; what must stay a
 * package of its own (native code) is left out.
 */
import { readFile, rm } from "node:fs/promises";
import { build, type Plugin } from "esbuild";

/**
 * dockerode loads SSH and gRPC at once for features the gateway does not offer (ssh:// engines, BuildKit sessions);
 * they would be half of the time to start.
 */
const leftOut: Plugin = {
  name: "left-out",
  setup(bundle) {
    bundle.onResolve({ filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)$/ }, ({ path }) => ({
      path,
      namespace: "left-out",
    }));
    bundle.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "module.exports = {};", loader: "js" }));
  },
};

/** `{ ...a, ...b }` as tRPC is published with it for old engines: nearly a fifth of what a query costs. */
const SPREAD_HELPER = /^function _objectSpread2\(e\) \{$[^]*?^\}$/m;

const nativeSpread: Plugin = {
  name: "native-spread",
  setup(bundle) {
    bundle.onLoad({ filter: /@trpc\/server\/dist\/getErrorShape-.*\.mjs$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      if (!SPREAD_HELPER.test(text))
        throw new Error(`${path} has no _objectSpread2: look whether tRPC still needs this`);
      return { contents: text.replace(SPREAD_HELPER, "const _objectSpread2 = (a, b, c) => ({ ...a, ...b, ...c });") };
    });
  },
};

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: [
    { in: "src/main.ts", out: "gateway" },
    { in: "src/ports/store/drivers/sqlite-checkpoint-thread.ts", out: "sqlite-checkpoint-thread" },
  ],
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true, // without it what is loaded only when it is wanted is loaded at once
  platform: "node",
  format: "esm",
  target: "node24",
  minifySyntax: true,
  minifyWhitespace: false,
  legalComments: "none",
  external: ["better-sqlite3", "@opentelemetry/*"], // the latter are loaded only where somebody wants traces
  plugins: [leftOut, nativeSpread],
  // Libraries in the bundle that still call `require`.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  logLevel: "warning",
});
