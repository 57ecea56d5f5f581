/** A stream of server-sent events: kept alive, and written no faster than it is read. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { toHttpChunk } from "./http-chunks.ts";

export type Sse = {
  /**
   * @returns undefined when more may be written, else what resolves then: a slow reader is waited for instead of
   * holding what is for it
   */
  write(bytes: Buffer): Promise<unknown> | undefined;
  /** With something last, if the reader is there still. */
  end(last?: string): void;
};

export const PING_EVERY_MS = 10_000;

export type SseOptions = {
  first: string;
  /** What says, while there is nothing to say, that the stream lives. */
  ping: string;
  /** Aborted when the reader has gone; when it is aborted, no reader is waited for. */
  over: AbortController;
};

/** Begins the answer with `first`. */
export function openSse(response: ServerResponse, { first, ping, over }: SseOptions): Sse {
  if (response.destroyed)
    over.abort(); // who has left before its stream began is not heard leaving
  else response.once("close", () => over.abort());
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  response.write(first);
  const pings = setInterval(() => {
    if (!isFull(response)) response.write(ping); // none for who does not read
  }, PING_EVERY_MS);

  function write(bytes: Buffer): Promise<unknown> | undefined {
    const full = writeTo(response, bytes);
    return full && once(full, "drain", { signal: over.signal }).catch(() => undefined); // it left
  }

  function end(last?: string): void {
    clearInterval(pings);
    response.end(last);
  }

  return { write, end };
}

/** What many are sent goes to the connection as it is, once the answer has begun there and is sent in chunks. */
function writeTo(response: ServerResponse, bytes: Buffer): Writable | undefined {
  const { socket, chunkedEncoding } = response;
  const chunk = chunkedEncoding && socket?.writable ? toHttpChunk(bytes) : undefined;
  if (socket && chunk) return socket.write(chunk) ? undefined : socket;
  return response.write(bytes) ? undefined : response;
}

function isFull({ writableNeedDrain, socket }: ServerResponse): boolean {
  return writableNeedDrain || socket?.writableNeedDrain === true;
}
