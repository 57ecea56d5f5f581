/** Starts the agent's process as the agent's user, with no capability, and reads its stderr so that it never blocks. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { SpawnedProcess, SpawnOptions } from "@anthropic-ai/claude-agent-sdk";
import type { AgentExit } from "./agent.ts";
import { type AgentUser, asAgent } from "./agent-user.ts";
import { guardOutput } from "./guard-output.ts";
import { countOomKills } from "./oom-kills.ts";

export type SpawnedAgent = {
  process: SpawnedProcess;
  exited: Promise<unknown>;
  isAlive(): boolean;
  /** The last of what it wrote to stderr. */
  stderrTail(): string;
  /** Why it was ended by the wrapper, or by the kernel; `undefined` when it was neither. */
  whyEnded(): AgentExit | undefined;
  /** A tool has ended: what the kernel has killed by now was not the agent. */
  toolEnded(): void;
};

const STDERR_TAIL_BYTES = 4096;
/** What is in the pipe when the process ends is read by then. */
const HELD_OPEN_MS = 1000;

/**
 * It works where the container has this process start, whatever the SDK says: the workspace, which nobody but the
 * agent's user may be able to enter.
 */
export function spawnAsAgent({ command, args, env }: Omit<SpawnOptions, "signal">, user: AgentUser): SpawnedAgent {
  const [setpriv, ...others] = asAgent(user, [command, ...args]);
  const child = spawn(setpriv, others, {
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let tail = Buffer.alloc(0);
  child.stderr.on("data", (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-STDERR_TAIL_BYTES);
  });
  let invalid: string | undefined;
  const guard = guardOutput({
    onBroken: (reason) => {
      invalid = reason;
      child.kill("SIGKILL");
    },
  });
  child.stdout.pipe(guard);
  child.once("exit", () => setTimeout(() => guard.end(), HELD_OPEN_MS).unref()); // a program it left may hold its stdout
  let killsBefore = countOomKills();

  function whyEnded(): AgentExit | undefined {
    if (invalid !== undefined) return { reason: "output-invalid", detail: invalid };
    if (child.signalCode !== "SIGKILL" || countOomKills() <= killsBefore) return undefined;
    return { reason: "out-of-memory", detail: "the kernel killed it for want of memory" };
  }

  return {
    process: guarded(child, guard),
    exited: exitOf(child),
    isAlive: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    stderrTail: () => tail.toString(),
    whyEnded,
    toolEnded: () => {
      killsBefore = countOomKills();
    },
  };
}

/** The process as the SDK sees it: its stdout is what the guard lets through. */
function guarded(child: ChildProcessWithoutNullStreams, stdout: Readable): SpawnedProcess {
  return {
    stdin: child.stdin,
    stdout,
    get killed() {
      return child.killed;
    },
    get exitCode() {
      return child.exitCode;
    },
    get signalCode() {
      return child.signalCode;
    },
    kill: (signal) => child.kill(signal),
    on: child.on.bind(child),
    once: child.once.bind(child),
    off: child.off.bind(child),
  };
}

/** A process that could not be started has ended too. */
async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await Promise.race([once(child, "exit"), once(child, "error")]).catch(() => undefined);
}
