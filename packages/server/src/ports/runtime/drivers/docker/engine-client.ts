import Docker from "dockerode";

/** A client of the engine at `host`, in DOCKER_HOST's form; of the local socket when absent. Asks nothing yet. */
export function createEngineClient(host: string | undefined): Docker {
  if (host === undefined) return new Docker({ socketPath: "/var/run/docker.sock" });
  if (host.startsWith("unix://")) return new Docker({ socketPath: host.slice("unix://".length) });
  const { hostname, port, protocol } = new URL(host.replace(/^tcp:/, "http:"));
  return new Docker({ host: hostname, port: Number(port || 2375), protocol: protocol === "https:" ? "https" : "http" });
}

/** A container can bind a directory of this process's machine only when the engine runs here, on this kernel. */
export function sharesFilesystem(host: string | undefined): boolean {
  return process.platform === "linux" && (host === undefined || host.startsWith("unix://"));
}
