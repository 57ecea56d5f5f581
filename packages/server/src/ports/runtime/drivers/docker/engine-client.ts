import Docker from "dockerode";

const UNIX = "unix://";
const USUAL_PATH = "/var/run/docker.sock";

/** The engine's socket on this machine: that of `host`, or the usual one, which may be an engine's all the same. */
export function enginePath(host: string | undefined): string {
  return host?.startsWith(UNIX) ? host.slice(UNIX.length) : USUAL_PATH;
}

/** A client of the engine at `host`, in DOCKER_HOST's form; of the local socket when absent. Asks nothing yet. */
export function createEngineClient(host: string | undefined): Docker {
  if (host === undefined || host.startsWith(UNIX)) return new Docker({ socketPath: enginePath(host) });
  const { hostname, port, protocol } = new URL(host.replace(/^tcp:/, "http:"));
  return new Docker({ host: hostname, port: Number(port || 2375), protocol: protocol === "https:" ? "https" : "http" });
}

/** A container can bind a directory of this process's machine only when the engine runs here, on this kernel. */
export function sharesFilesystem(host: string | undefined): boolean {
  return process.platform === "linux" && (host === undefined || host.startsWith(UNIX));
}
