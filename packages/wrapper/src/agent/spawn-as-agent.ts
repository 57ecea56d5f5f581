/** Starts the agent's process as the agent's user, without any capability, and reads its stderr so that it never blocks. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { SpawnedProcess, SpawnOptions } from "@anthropic-ai/claude-agent-sdk";

export type SpawnedAgent = {
  process: SpawnedProcess;
  exited: Promise<unknown>;
  isAlive(): boolean;
  /** The last of what it wrote to stderr. */
  stderrTail(): string;
};

/** Before a command: it runs as the agent's user, without any capability. */
export const AS_AGENT = [
  "setpriv",
  "--reuid=agent",
  "--regid=agent",
  "--clear-groups",
  "--inh-caps=-all",
  "--ambient-caps=-all",
  "--",
] as const;
const STDERR_TAIL_BYTES = 4096;

export function spawnAsAgent({ command, args, cwd, env }: Omit<SpawnOptions, "signal">): SpawnedAgent {
  const [setpriv, ...dropping] = AS_AGENT;
  const child = spawn(setpriv, [...dropping, command, ...args], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let tail = Buffer.alloc(0);
  child.stderr.on("data", (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-STDERR_TAIL_BYTES);
  });
  const isAlive = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return { process: child, exited: exitOf(child), isAlive, stderrTail: () => tail.toString() };
}

/** A process that could not be started has ended too. */
async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await Promise.race([once(child, "exit"), once(child, "error")]).catch(() => undefined);
}
