/** A session's events over SSE, for `EventSource` and `curl -N`: the id of each is its seq. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { CcError, isCcError } from "@cc-docker/protocol";
import type { FastifyReply } from "fastify";
import { toProblem } from "./problem.ts";

export type StreamOptions = {
  /** @returns messages: `[id, event]` */
  follow(signal: AbortSignal): Promise<unknown>;
  /** The event as it is sent. */
  encode(event: unknown): string;
  gone: AbortSignal;
  /** The stream ends with its token: who comes back needs another. */
  expiresInMs: number;
};

type Messages = AsyncIterable<readonly [id: string, event: unknown]>;

const PING_EVERY_MS = 10_000;
const RETRY_MS = 1000;
/** The longest time that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** @throws CcError when nothing has been sent yet */
export async function streamEvents(
  reply: FastifyReply,
  { follow, encode, gone, expiresInMs }: StreamOptions,
): Promise<void> {
  const expiry = AbortSignal.timeout(Math.min(Math.max(0, expiresInMs), MAX_TIMER_MS));
  const messages = (await follow(AbortSignal.any([gone, expiry]))) as Messages;
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  response.write(`retry: ${RETRY_MS}\n\n`);
  const pings = setInterval(() => void (response.writableNeedDrain || response.write(": ping\n\n")), PING_EVERY_MS);
  try {
    for await (const [id, event] of messages) await write(response, `id: ${id}\ndata: ${encode(event)}\n\n`, gone);
  } catch (error) {
    response.write(`event: error\ndata: ${JSON.stringify(toProblem(describeEnd(error)))}\n\n`);
  } finally {
    clearInterval(pings);
    response.end();
  }
}

/** Waits for a slow reader instead of holding its events. */
async function write(response: ServerResponse, text: string, gone: AbortSignal): Promise<void> {
  if (!response.write(text)) await once(response, "drain", { signal: gone }).catch(() => undefined); // it left
}

function describeEnd(error: unknown): CcError {
  const cause = error instanceof Error && isCcError(error.cause) ? error.cause : error;
  return isCcError(cause) ? cause : new CcError("INTERNAL", "Something went wrong inside the gateway.");
}
