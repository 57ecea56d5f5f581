/** CPU time that a session's container has used since its start, in milliseconds, as the kernel counts it. */
import type Docker from "dockerode";

type Stats = { cpu_stats: { cpu_usage: { total_usage: number } } };

export async function readCpuMs(docker: Docker, sessionId: string): Promise<number> {
  const [container] = await docker.listContainers({ filters: { label: [`cc-docker.session=${sessionId}`] } });
  if (container === undefined) throw new Error(`session ${sessionId} has no container`);
  const stats = (await docker.getContainer(container.Id).stats({ stream: false, "one-shot": true })) as Stats;
  return stats.cpu_stats.cpu_usage.total_usage / 1e6;
}
