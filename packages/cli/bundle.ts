/** How `ccd` is bundled: what it loads behind its start is in files beside it. */
import { readFile } from "node:fs/promises";
import type { BuildOptions, Plugin } from "esbuild";

export const BUNDLE: BuildOptions = {
  entryPoints: { ccd: "src/main.ts" },
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node24",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' }, // React as its users have it
  plugins: [
    leaveOut("react-devtools-core"), // Ink asks for it only where it is installed
    replace("string-width", "./src/tui/text/wrap/string-width.ts"), // Ink counts columns as we do, and starts sooner
    withoutFetch("yoga-wasm-base64-esm"), // it would fetch its code from a string, and Node takes longer to load `fetch`
  ],
  // Libraries that are CommonJS ask for Node's own modules by `require`.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
};

/** A package that is named in the code and never loaded. */
function leaveOut(name: string): Plugin {
  return {
    name: "leave-out",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace: "left-out" }));
      onLoad({ filter: /./, namespace: "left-out" }, () => ({ contents: "export default undefined;" }));
    },
  };
}

/** A library for which a file of ours stands in, with the same default export. */
function replace(name: string, file: string): Plugin {
  const resolveDir = import.meta.dirname;
  return {
    name: "replace",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: "replaced" }));
      onLoad({ filter: /./, namespace: "replaced" }, () => ({
        contents: `export { stringWidth as default } from ${JSON.stringify(file)};`,
        resolveDir,
      }));
    },
  };
}

/** A module that has another way where there is no `fetch`. */
function withoutFetch(name: string): Plugin {
  return {
    name: "without-fetch",
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`/${name}\\.js$`) }, async ({ path }) => ({
        contents: `const fetch = undefined;\n${await readFile(path, "utf8")}`,
      }));
    },
  };
}
