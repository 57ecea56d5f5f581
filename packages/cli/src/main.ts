#!/usr/bin/env node
/** The process: its environment, streams and signals enter here and nowhere else. */
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const isBuilt = !import.meta.filename.endsWith(".ts");
// Most of a start is compiling: what is loaded from here on is kept compiled, in a directory of this user alone.
if (isBuilt) enableCompileCache(join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cc-docker"));
const { createOutput, INTERRUPTED, OUTPUT_CLOSED } = await import("./io.ts");
const { runCli } = await import("./run-cli.ts");

const interruption = new AbortController();
const { signal } = interruption;

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (signal.aborted) process.exit(INTERRUPTED.exitCode); // a second signal does not wait for anything
    interruption.abort(INTERRUPTED);
  });
}
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    interruption.abort(OUTPUT_CLOSED);
  });
}

const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: createOutput(process.stdout, signal),
  stderr: createOutput(process.stderr, signal),
  ...(process.stdin.isTTY && process.stderr.isTTY && { terminal: process.stderr }),
  ...(process.stdin.isTTY && process.stdout.isTTY && { screen: { stdin: process.stdin, stdout: process.stdout } }),
  signal,
});
process.exit(exitCode);
