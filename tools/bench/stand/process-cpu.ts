/** CPU time that a process has used since its start, all its threads, in microseconds, as the kernel's scheduler counts it. */
import { readdir, readFile } from "node:fs/promises";

export async function readProcessCpuUs(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(threads.map((thread) => readRunTime(`/proc/${pid}/task/${thread}/schedstat`)));
  return times.reduce((total, ns) => total + ns, 0) / 1000;
}

/** A thread that has ended in the meantime counts nothing. */
async function readRunTime(path: string): Promise<number> {
  const schedstat = await readFile(path, "utf8").catch(() => "0");
  return Number(schedstat.split(" ", 1)[0]);
}
