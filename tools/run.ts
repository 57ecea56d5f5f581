import { type ChildProcess, spawn } from "node:child_process";

export type RunOptions = { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal };

export type RunResult = { exitCode: number; output: string };

const CANNOT_START = 127;

/** Runs a program to its end and keeps what it says. One that cannot be started is exit code 127, as in a shell. */
export async function run([file = "", ...args]: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const exitCode = await waitForEnd(child);
  const output = exitCode === CANNOT_START ? `${file} cannot be started` : Buffer.concat(chunks).toString();
  return { exitCode, output };
}

/** The same, with the terminal as its output; returns the exit code. */
export async function runShown([file = "", ...args]: readonly string[], options: RunOptions = {}): Promise<number> {
  return waitForEnd(spawn(file, args, { ...options, stdio: ["ignore", "inherit", "inherit"] }));
}

/** An abort is reported as an error while the program still runs: its end is what counts. */
async function waitForEnd(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on("error", () => child.pid === undefined && resolve(CANNOT_START));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
