import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CcError } from "@cc-docker/protocol";

const LINES_KEPT = 15;

/**
 * Runs a program of the host to its end. A failure carries the last lines it wrote. Files it makes are readable by
 * others whatever the umask here. On abort it gets SIGKILL: `unshare` passes nothing gentler on.
 */
export async function runCommand(command: readonly string[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const argv = ["-c", 'umask 022 && exec "$@"', "sh", ...command];
  const child = spawn("sh", argv, { signal, killSignal: "SIGKILL", stdio: ["ignore", "pipe", "pipe"] });
  const lastLines: string[] = [];
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on("line", (line) => keepLast(lastLines, line));
  }
  const ended = await waitForEnd(child);
  signal.throwIfAborted();
  if (ended === "0") return;
  throw new CcError("IMAGE_BUILD_FAILED", [`\`${command.join(" ")}\` ended with ${ended}:`, ...lastLines].join("\n"));
}

/** An abort is an error while the program still runs; what it writes to may be removed only after its end. */
async function waitForEnd(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => child.pid === undefined && reject(error));
    child.on("close", (code, killedBy) => resolve(String(killedBy ?? code)));
  });
}

export function keepLast(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > LINES_KEPT) lines.shift();
}
