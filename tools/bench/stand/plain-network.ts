/**
 * The network that `docker run` gives a container when nobody says anything, and where the model listens so as to be
 * reached from it.
 */
import { createServer } from "node:net";
import type Docker from "dockerode";

/** `name`: as `--network` takes it. `host`: an address of this machine that such a container reaches. */
export type PlainNetwork = { name: "bridge" | "host"; host: string };

/** The engine's default bridge where it has one on this machine; else the host's own network. */
export async function findPlainNetwork(docker: Docker): Promise<PlainNetwork> {
  const bridge = await docker
    .getNetwork("bridge")
    .inspect()
    .catch(() => undefined);
  const host = bridge?.IPAM?.Config?.[0]?.Gateway;
  return host && (await canListenOn(host)) ? { name: "bridge", host } : { name: "host", host: "127.0.0.1" };
}

/** Asked by trying: the system does not list a bridge that has no container at the moment. */
function canListenOn(host: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ host, port: 0 }, () => server.close(() => resolve(true)));
  return promise;
}
