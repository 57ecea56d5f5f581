/** The real engine, which can say that its disk is full: nothing else makes it say so. */
import type { ServerResponse } from "node:http";
import { type EngineProxy, startEngineProxy } from "./engine-proxy.ts";

export type FullEngine = EngineProxy & { full: boolean };

export async function startFullEngine(): Promise<FullEngine> {
  const state = { full: false };
  const proxy = await startEngineProxy(({ url }, response) => {
    const isRefused = state.full && url?.includes("/containers/create") === true;
    if (isRefused) refuse(response);
    return isRefused;
  });
  return Object.assign(state, proxy);
}

function refuse(response: ServerResponse): void {
  const message = "mkdir /var/lib/docker/overlay2/x: no space left on device";
  response.writeHead(500, { "content-type": "application/json" }).end(JSON.stringify({ message }));
}
