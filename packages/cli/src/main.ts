#!/usr/bin/env node
/** The process: its environment, streams and signals enter here and nowhere else. */
import { createOutput, INTERRUPTED, OUTPUT_CLOSED } from "./io.ts";
import { runCli } from "./run-cli.ts";

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
  stdin: process.stdin,
  stdout: createOutput(process.stdout, signal),
  stderr: createOutput(process.stderr, signal),
  signal,
});
process.exit(exitCode);
