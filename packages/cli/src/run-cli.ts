import { EXIT_CODES, exitCodeOf } from "@cc-docker/protocol";
import { CommanderError } from "commander";
import { findInterruption, type Io } from "./io.ts";
import { formatFailure, toFailure } from "./output/describe-error.ts";
import { createProgram } from "./program.ts";

/** What `ccd` alone means to a person at a terminal; elsewhere it is its help. */
const UI = ["attach"];

/** Runs one command line and returns the exit code; whatever fails is told on stderr. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const { program, state } = createProgram(io);
  try {
    await program.parseAsync(argv.length === 0 && io.screen ? UI : argv, { from: "user" });
    return state.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    const interruption = findInterruption(io.signal);
    if (interruption === error && interruption) return interruption.exitCode;
    await io.stderr.write(formatFailure(error, { json: state.json, debug: io.env["CC_DOCKER_DEBUG"] === "1" }));
    return exitCodeOf(toFailure(error).code);
  }
}
