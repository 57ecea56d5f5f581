/** Processes by number and start: a number alone is given to another program after a crash or a reboot. */
import { readFile } from "node:fs/promises";

/** Where in /proc/PID/stat, behind the name, is when the process began: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const START_TIME = 19;

/** `started`: as the process has said itself; absent where it could not tell, as on macOS. */
export type ProcessMark = { pid: number; started?: string };

/** Whether the process lives, and not another of its number. Where there is no /proc to look at, the number decides. */
export async function isRunning({ pid, started }: ProcessMark): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const now = started === undefined ? undefined : await processStart(pid);
  return now === undefined || now === started;
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's, but there
  }
}

/** As the gateway tells its own: the kernel's start, and the process's in ticks since then. */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "latin1")).trim();
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_TIME];
    return `${bootId} ${ticks}`;
  } catch {
    return undefined;
  }
}
