import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 1;

/** Asks a gateway, which may not be there yet, until it says that it is well. */
export async function untilHealthy(url: string, signal: AbortSignal): Promise<void> {
  while ((await askHealth(url)) !== 200) await delay(POLL_MS, undefined, { signal });
}

function askHealth(url: string): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const request = get(`${url}/health`, { agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  request.on("error", () => resolve(undefined));
  return promise;
}
