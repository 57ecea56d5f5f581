import { readFileSync } from "node:fs";

/** Where in /proc/PID/stat, behind the name, is when the process began: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const START_TIME = 19;

/**
 * When this process began: the kernel's own start and the ticks since then, so that no other process of the same number
 * is taken for it, also after a reboot. `undefined` where there is no /proc, as on macOS. `ccd` reads the same.
 */
export function ownProcessStart(): string | undefined {
  try {
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const stat = readFileSync("/proc/self/stat", "latin1");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_TIME];
    return `${bootId} ${ticks}`;
  } catch {
    return undefined;
  }
}
