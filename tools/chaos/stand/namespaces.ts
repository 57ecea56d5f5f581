/**
 * Namespaces of their own for an engine that may be killed. Without a network namespace a second engine would take the
 * first one's bridge away. The others make its end complete: when the first process of a pid namespace ends, the kernel
 * ends all that live in it, containers too, and with the last of them its mounts are gone.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { CcError } from "@cc-docker/protocol";
import { orAbort } from "../../bench/or-abort.ts";
import { findProgram } from "../../find-program.ts";

export type Namespaces = AsyncDisposable & {
  /** How a command is run inside. */
  inside: (command: readonly string[]) => string[];
};

const OURS = ["--net", "--mount", "--pid"];
/** The first process: says that it is there, then reaps what is left to it, as containers' shims are. */
const FIRST = "echo ready; while :; do sleep 3600 & wait; done";
const READY_MS = 10_000;

type Holder = ChildProcessByStdio<null, Readable, Readable>;

export async function openNamespaces(signal: AbortSignal): Promise<Namespaces> {
  const holder = spawn(
    findProgram("unshare") ?? "unshare",
    [...OURS, "--fork", "--kill-child", "--mount-proc", "sh", "-c", FIRST],
    {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a terminal's Ctrl-C is ours to deal with
    },
  );
  const lastResort = () => void holder.kill("SIGKILL");
  process.once("exit", lastResort);
  const ended = once(holder, "close").catch(() => undefined);
  try {
    const first = await waitForFirst(holder, signal);
    return {
      inside: (command) => ["nsenter", `--target=${first}`, "--net", "--mount", "--pid", "--", ...command],
      [Symbol.asyncDispose]: () => close(() => process.kill(first, "SIGKILL")), // which is not over before all inside are
    };
  } catch (error) {
    await close(lastResort);
    throw error;
  }

  async function close(kill: () => void): Promise<void> {
    if (holder.exitCode === null && holder.signalCode === null) kill();
    await ended;
    process.off("exit", lastResort);
  }
}

/** @returns the pid of the first process, as it is known outside: `unshare` forks, and it is the only child */
async function waitForFirst(holder: Holder, signal: AbortSignal): Promise<number> {
  let complaint = "";
  holder.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
  const ready = Promise.race([once(holder.stdout, "data").then(() => true), once(holder, "close").then(() => false)]);
  if (!(await orAbort(ready, AbortSignal.any([signal, AbortSignal.timeout(READY_MS)])))) {
    throw new CcError("RUNTIME_UNAVAILABLE", `An engine of our own gets no namespaces: ${complaint.trim()}`);
  }
  return Number(readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8").trim());
}
