/** The real engine behind a socket of its own, which can say that its disk is full: nothing else makes it say so. */

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { ENGINE_SOCKET } from "./engine.ts";

export type FullEngine = AsyncDisposable & { env: { DOCKER_HOST: string }; full: boolean };

export async function startFullEngine(): Promise<FullEngine> {
  const path = `/tmp/ccd-engine-${randomBytes(4).toString("hex")}.sock`;
  const server = createServer((incoming, response) => {
    if (engine.full && incoming.url?.includes("/containers/create")) refuse(response);
    else forward(incoming, response);
  });
  server.listen(path);
  await once(server, "listening");
  const engine: FullEngine = {
    env: { DOCKER_HOST: `unix://${path}` },
    full: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return engine;
}

function refuse(response: ServerResponse): void {
  const message = "mkdir /var/lib/docker/overlay2/x: no space left on device";
  response.writeHead(500, { "content-type": "application/json" }).end(JSON.stringify({ message }));
}

function forward(incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = incoming;
  const outgoing = request({ socketPath: ENGINE_SOCKET, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
  });
  outgoing.on("error", () => response.destroy());
  response.on("close", () => outgoing.destroy());
  incoming.pipe(outgoing);
}
