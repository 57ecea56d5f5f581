/** A stream of server-sent events: kept alive, and written no faster than it is read. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";

export type Sse = {
  /** Aborted when the reader has gone. */
  gone: AbortSignal;
  /** Resolves when more may be written: a slow reader is waited for instead of holding what is for it. */
  write(bytes: Buffer): Promise<void>;
  /** With something last, if the reader is there still. */
  end(last?: string): void;
};

export const PING_EVERY_MS = 10_000;

/** Begins the answer with `first`. `ping`: what says, while there is nothing to say, that the stream lives. */
export function openSse(response: ServerResponse, { first, ping }: { first: string; ping: string }): Sse {
  const gone = new AbortController();
  if (response.destroyed)
    gone.abort(); // who has left before its stream began is not heard leaving
  else response.once("close", () => gone.abort());
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  response.write(first);
  const pings = setInterval(() => {
    if (!response.writableNeedDrain) response.write(ping); // none for who does not read
  }, PING_EVERY_MS);

  async function write(bytes: Buffer): Promise<void> {
    if (!response.write(bytes)) await once(response, "drain", { signal: gone.signal }).catch(() => undefined); // it left
  }

  function end(last?: string): void {
    clearInterval(pings);
    response.end(last);
  }

  return { gone: gone.signal, write, end };
}
