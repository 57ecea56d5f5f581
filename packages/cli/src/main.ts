#!/usr/bin/env node
/** The process: its environment, streams and signals enter here and nowhere else. */
import { writeSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { setImmediate as settle } from "node:timers/promises";

const isBuilt = !import.meta.filename.endsWith(".ts");
// Most of a start is compiling: what is loaded from here on is kept compiled, in a directory of this user alone.
if (isBuilt) enableCompileCache(join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cc-docker"));
const { createOutput, INTERRUPTED, OUTPUT_CLOSED } = await import("./io.ts");
const { endingOf, formatFailure, toOutputFailure } = await import("./output/describe-error.ts");
const { runCli } = await import("./run-cli.ts");

/** How long what was begun may take to end after a failure that nobody expected. */
const LAST_MS = 1000;

const interruption = new AbortController();
const { signal } = interruption;
const argv = process.argv.slice(2);
let failure: { error: unknown } | undefined;

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (signal.aborted) process.exit(INTERRUPTED.exitCode); // a second signal does not wait for anything
    interruption.abort(INTERRUPTED);
  });
}
process.on("uncaughtException", fail); // of rejections that nobody takes too
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") interruption.abort(OUTPUT_CLOSED);
    else fail(toOutputFailure(error));
  });
}

/** Told at the end, when the UI has given the terminal back; or a second later, where something keeps the end away. */
function fail(error: unknown): void {
  if (failure) return;
  failure = { error };
  interruption.abort({ interrupted: "by a failure", exitCode: endingOf(error) });
  setTimeout(end, LAST_MS);
}

function end(exitCode: number = INTERRUPTED.exitCode): never {
  if (!failure) process.exit(exitCode);
  const { error } = failure;
  try {
    const debug = process.env["CC_DOCKER_DEBUG"] === "1";
    writeSync(process.stderr.fd, formatFailure(error, { json: argv.includes("--json"), debug }));
  } catch {
    // nobody can be told: the exit code is left
  }
  process.exit(endingOf(error));
}

const exitCode = await runCli(argv, {
  env: process.env,
  get cwd() {
    return process.cwd(); // where it was removed this throws, and only what is about it fails
  },
  stdin: process.stdin,
  stdout: createOutput(process.stdout, signal),
  stderr: createOutput(process.stderr, signal),
  ...(process.stdin.isTTY && process.stderr.isTTY && { terminal: process.stderr }),
  ...(process.stdin.isTTY && process.stdout.isTTY && { screen: { stdin: process.stdin, stdout: process.stdout } }),
  signal,
});
await settle(); // a write that has failed is told of after it was made
end(exitCode);
