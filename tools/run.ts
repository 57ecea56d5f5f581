import { spawn } from "node:child_process";

export type RunOptions = { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal };

export type RunResult = { exitCode: number; output: string };

/** Runs a program to its end and keeps what it says. One that cannot be started is exit code 127, as in a shell. */
export async function run([file = "", ...args]: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ exitCode: 127, output: `${file}: ${error.message}` }));
    child.on("close", (code) => resolve({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** The same, with the terminal as its output; returns the exit code. */
export async function runShown([file = "", ...args]: readonly string[], options: RunOptions = {}): Promise<number> {
  const child = spawn(file, args, { ...options, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve) => {
    child.on("error", () => resolve(127));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
