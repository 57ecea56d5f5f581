/** Has all processes of the agent's user stand still, and go on: no clock of theirs runs meanwhile, no CPU is used. */
import { readdirSync, readFileSync } from "node:fs";

export type StandStill = {
  stop(): void;
  goOn(): void;
  /** They were told to stand still, and not yet to go on. */
  readonly isStopped: boolean;
};

/** What is needed of the system; tests have their own. */
export type Processes = {
  /** Of a user's that run: not those that stand still for reasons of their own. */
  listRunning(uid: number): number[];
  signal(pid: number, signal: "SIGSTOP" | "SIGCONT"): void;
};

/** A process may start another while the list is read: it is read until it is empty, or somebody starts them faster. */
const MOST_ROUNDS = 20;

export function createStandStill(uid: number, processes: Processes = systemProcesses): StandStill {
  const stopped = new Set<number>();

  function stop(): void {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const running = processes.listRunning(uid).filter((pid) => !stopped.has(pid));
      if (running.length === 0) return;
      for (const pid of running) {
        stopped.add(pid);
        processes.signal(pid, "SIGSTOP");
      }
    }
  }

  function goOn(): void {
    for (const pid of stopped) processes.signal(pid, "SIGCONT");
    stopped.clear();
  }

  return {
    stop,
    goOn,
    get isStopped() {
      return stopped.size > 0;
    },
  };
}

export const systemProcesses: Processes = {
  listRunning: (uid) => readdirSync("/proc").flatMap((name) => (runs(name, uid) ? [Number(name)] : [])),
  signal(pid, signal) {
    try {
      process.kill(pid, signal);
    } catch {
      // it has ended
    }
  },
};

/** The kernel's word for it, in a file that everybody may read and no process can hide. */
function runs(name: string, uid: number): boolean {
  if (!/^\d+$/.test(name)) return false;
  try {
    const status = readFileSync(`/proc/${name}/status`, "latin1");
    return new RegExp(`^Uid:\\t${uid}\\t`, "m").test(status) && !/^State:\t[TtZX]/m.test(status);
  } catch {
    return false; // it has ended
  }
}
