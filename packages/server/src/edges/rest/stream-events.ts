/** A session's events over SSE, for `EventSource` and `curl -N`: the id of each is its seq. */
import type { ServerResponse } from "node:http";
import { CcError, isCcError } from "@cc-docker/protocol";
import { type Encode, type EventRow, encodeOnce } from "../../core/core.ts";
import { openSse } from "../../lib/sse.ts";
import type { Followed } from "../follow.ts";
import { toProblem } from "./problem.ts";

const RETRY_MS = 1000;

export type EventStream = { followed: Followed; encode: Encode; over: AbortController };

/** Ends with what it follows, and says why when that is the session's end. */
export async function streamEvents(response: ServerResponse, { followed, encode, over }: EventStream): Promise<void> {
  const sse = openSse(response, { first: `retry: ${RETRY_MS}\n\n`, ping: ": ping\n\n", over });
  try {
    await followed.deliver((page) => sse.write(encode(page)));
    sse.end();
  } catch (error) {
    sse.end(`event: error\ndata: ${JSON.stringify(toProblem(describeEnd(error)))}\n\n`);
  } finally {
    over.abort();
  }
}

/** Keeps one encoder for each `form` of events: whoever wants the same is sent the same bytes. */
export function createEncoders(): (form: string, shape: (event: unknown) => unknown) => Encode {
  const encoders = new Map<string, Encode>();
  return (form, shape) => {
    const encode = encoders.get(form) ?? encodeOnce((page) => page.map((row) => toMessage(row, shape)).join(""));
    encoders.set(form, encode);
    return encode;
  };
}

function toMessage({ seq, json }: EventRow, shape: (event: unknown) => unknown): string {
  return `id: ${seq}\ndata: ${JSON.stringify(shape(JSON.parse(json)))}\n\n`;
}

function describeEnd(error: unknown): CcError {
  return isCcError(error) ? error : new CcError("INTERNAL", "Something went wrong inside the gateway.");
}
