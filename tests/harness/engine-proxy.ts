/** The real engine behind a socket of its own, for who is to see requests before it does, or to answer in its place. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { ENGINE_SOCKET } from "./engine.ts";

export type EngineProxy = AsyncDisposable & { env: { DOCKER_HOST: string } };

/** Sees a request before the engine. @returns true when it has answered; the engine hears nothing of it then */
export type Interpose = (incoming: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export async function startEngineProxy(interpose: Interpose): Promise<EngineProxy> {
  const path = `/tmp/ccd-engine-${randomBytes(4).toString("hex")}.sock`;
  const server = createServer((incoming, response) => {
    void handle(incoming, response).catch(() => response.destroy());
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(await interpose(incoming, response))) forward(incoming, response);
  }

  server.listen(path);
  await once(server, "listening");
  return {
    env: { DOCKER_HOST: `unix://${path}` },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
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
