import { ERRORS, EXIT_CODES, exitCodeOf, isCcError } from "@cc-docker/protocol";
import { say } from "./report.ts";

export const EXIT = {
  ok: EXIT_CODES.ok,
  failed: EXIT_CODES.defect,
  unavailable: EXIT_CODES.unavailable,
  interrupted: EXIT_CODES.interrupted,
};

/** The frame of every command here: its errors become a message, a hint and an exit code; Ctrl-C aborts its signal. */
export async function runTool(body: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const signal = createInterruptSignal();
  try {
    process.exitCode = await body(signal);
  } catch (error) {
    process.exitCode = reportError(error, signal);
  }
}

/** Aborted by Ctrl-C, SIGTERM or a closed terminal, so that a command can tidy up. A second one ends it at once. */
function createInterruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Error("interrupted"));
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("SIGHUP", interrupt);
  return controller.signal;
}

function reportError(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return EXIT.interrupted;
  if (!isCcError(error)) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return EXIT.failed;
  }
  say(`${error.code}: ${error.message}\n${ERRORS[error.code].hint}`);
  return exitCodeOf(error.code);
}
