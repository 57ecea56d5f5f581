import { CcError, EXIT_CODES } from "@cc-docker/protocol";
import { CommanderError } from "commander";
import { findInterruption, type Io } from "./io.ts";
import { endingOf, formatFailure } from "./output/describe-error.ts";
import { createProgram } from "./program.ts";

const UI = "attach";
/** What may stand behind `ccd` alone; all else begins with a command. */
const UI_OPTIONS: ReadonlySet<string> = new Set(["--plain", "--json"]);

/** Runs one command line and returns the exit code; whatever fails is told on stderr. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const isJson = argv.includes("--json");
  const { program, state } = createProgram(io, { isJson });
  try {
    await program.parseAsync(isUi(argv, io) ? [UI, ...argv] : argv, { from: "user" });
    return state.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return tellUsage(error, { isJson, io });
    const interruption = findInterruption(io.signal);
    if (interruption === error && interruption) return interruption.exitCode;
    await io.stderr.write(formatFailure(error, { json: state.json, debug: io.env["CC_DOCKER_DEBUG"] === "1" }));
    return endingOf(error);
  }
}

/** `ccd` alone means the UI to a person at a terminal, elsewhere its help; `--plain` or `--json` behind it its lines anywhere. */
function isUi(argv: readonly string[], io: Io): boolean {
  if (argv.length === 0) return io.screen !== undefined;
  return argv.every((word) => UI_OPTIONS.has(word));
}

/** People have read it already: commander says it with the help that fits. */
async function tellUsage(
  { exitCode, message }: CommanderError,
  { isJson, io }: { isJson: boolean; io: Io },
): Promise<number> {
  if (exitCode === 0) return EXIT_CODES.ok;
  const failure = new CcError("REQUEST_INVALID", message.replace(/^error: /, ""));
  if (isJson) await io.stderr.write(formatFailure(failure, { json: true, debug: false }));
  return EXIT_CODES.usage;
}
