/** A session's events over SSE, for `EventSource` and `curl -N`: the id of each is its seq. */
import { CcError, isCcError } from "@cc-docker/protocol";
import type { FastifyReply } from "fastify";
import { openSse } from "../../lib/sse.ts";
import { toProblem } from "./problem.ts";

export type StreamOptions = {
  /** @returns messages: `[id, event]` */
  follow(signal: AbortSignal): Promise<unknown>;
  /** The event as it is sent. */
  encode(event: unknown): string;
  gone: AbortSignal;
  /** The caller's token has. */
  expired: AbortSignal;
};

type Messages = AsyncIterable<readonly [id: string, event: unknown]>;

const RETRY_MS = 1000;

/** @throws CcError when nothing has been sent yet */
export async function streamEvents(
  reply: FastifyReply,
  { follow, encode, gone, expired }: StreamOptions,
): Promise<void> {
  const messages = (await follow(AbortSignal.any([gone, expired]))) as Messages;
  reply.hijack();
  const sse = openSse(reply.raw, { first: `retry: ${RETRY_MS}\n\n`, ping: ": ping\n\n" });
  try {
    for await (const [id, event] of messages) await sse.write(`id: ${id}\ndata: ${encode(event)}\n\n`);
    sse.end();
  } catch (error) {
    sse.end(`event: error\ndata: ${JSON.stringify(toProblem(describeEnd(error)))}\n\n`);
  }
}

function describeEnd(error: unknown): CcError {
  const cause = error instanceof Error && isCcError(error.cause) ? error.cause : error;
  return isCcError(cause) ? cause : new CcError("INTERNAL", "Something went wrong inside the gateway.");
}
