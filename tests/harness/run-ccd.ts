/** `ccd` as a person or script runs it: a process with arguments, streams and an exit code. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Settings } from "./install.ts";
import { within } from "./wait-until.ts";

export type CcdResult = { exitCode: number | null; stdout: string; stderr: string };
export type CcdProcess = {
  /** What it wrote to stdout so far. */
  stdout(): string;
  /** What Ctrl-C does. */
  interrupt(): void;
  ended: Promise<CcdResult>;
};

const CLI = join(fileURLToPath(import.meta.resolve("@cc-docker/server")), "../../../cli");
/** The program as it is built, which `./dev` sees to: the UI is in no other, and it starts in a third of the time. */
export const CCD = join(CLI, "dist/ccd.mjs");
const DEADLINE_MS = 60_000;

export type Typed = { stdin?: string; cwd?: string };

/** `env` is all it gets, besides PATH. `cwd`: the directory it is given in; some other when absent. */
export function startCcd(args: readonly string[], env: Settings, { stdin = "", cwd }: Typed = {}): CcdProcess {
  const all = { PATH: process.env["PATH"] ?? "", ...env };
  const child = spawn(process.execPath, [CCD, ...args], { env: all, ...(cwd !== undefined && { cwd }) });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  child.stdin.on("error", () => undefined); // not every command reads to the end
  child.stdin.end(stdin);
  return {
    stdout,
    interrupt: () => void child.kill("SIGINT"),
    ended: endOf(child, args).then((exitCode) => ({ exitCode, stdout: stdout(), stderr: stderr() })),
  };
}

export function runCcd(args: readonly string[], env: Settings, typed?: Typed): Promise<CcdResult> {
  return startCcd(args, env, typed).ended;
}

async function endOf(child: ChildProcess, args: readonly string[]): Promise<number | null> {
  try {
    const closed = once(child, "close") as Promise<[number | null]>;
    const [exitCode] = await within(closed, { what: `ccd ${args.join(" ")} to end`, deadlineMs: DEADLINE_MS });
    return exitCode;
  } finally {
    child.kill("SIGKILL");
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
