/** Memory of the processes in a container, as the kernel of this machine counts it. */
import { readFile } from "node:fs/promises";
import { CcError } from "@cc-docker/protocol";
import type Docker from "dockerode";

export type ContainerProcess = { pid: number; command: string };

/** The processes of a session's container with their ids on the engine's machine. */
async function listProcesses(docker: Docker, sessionId: string): Promise<ContainerProcess[]> {
  const [container] = await docker.listContainers({ filters: { label: [`cc-docker.session=${sessionId}`] } });
  if (container === undefined) throw new Error(`session ${sessionId} has no container`);
  const { Processes } = (await docker.getContainer(container.Id).top({ ps_args: "-eo pid,args" })) as {
    Processes: string[][];
  };
  return Processes.map(([pid, command = ""]) => ({ pid: Number(pid), command }));
}

export const isWrapper = (command: string) => /^node\b.*wrapper\.mjs/.test(command);
export const isClaude = (command: string) => /^(\S*\/)?claude\b/.test(command);

export async function findProcess(
  docker: Docker,
  sessionId: string,
  isIt: (command: string) => boolean,
): Promise<ContainerProcess> {
  const processes = await listProcesses(docker, sessionId);
  const found = processes.find(({ command }) => isIt(command));
  if (found === undefined) throw new Error(`not among the processes of ${sessionId}: ${JSON.stringify(processes)}`);
  return found;
}

/**
 * Proportional set size in MB: pages of its own, and its share of those it shares.
 * @throws CcError RUNTIME_UNAVAILABLE when the process is not one of this machine that we may look into
 */
export async function readPssMb(pid: number): Promise<number> {
  const path = `/proc/${pid}/smaps_rollup`;
  const rollup = await readFile(path, "utf8").catch((error: unknown) => {
    const need = "the engine must run on this Linux machine, and this command as root";
    throw new CcError("RUNTIME_UNAVAILABLE", `${path} cannot be read: ${need}.`, { cause: error });
  });
  return parsePssMb(rollup);
}

export function parsePssMb(rollup: string): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1];
  return (Number(kib) * 1024) / 1e6;
}
