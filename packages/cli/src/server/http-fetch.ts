/**
 * `fetch` over node:http, as far as the client uses it: Node's own takes as long to load as all the rest of a short
 * command. It follows no redirects, and an answer has what is written here.
 */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

type Init = Pick<RequestInit, "method" | "headers" | "body" | "signal">;
type Answer = Pick<Response, "ok" | "status" | "text" | "body"> & { headers: Pick<Headers, "get"> };

/** @throws the reason of the signal; TypeError with its cause, as `fetch` does */
export const httpFetch = ((target: string, init: Init = {}) => send(target, init)) as unknown as typeof fetch;

async function send(target: string, { method = "GET", headers, body, signal }: Init): Promise<Answer> {
  const url = new URL(target);
  // Not imported: what an import sees of node:http brings Node's `fetch` with it.
  const { request } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
  signal?.throwIfAborted();
  const call = request(url, { method, headers: headers as Record<string, string>, ...(signal && { signal }) });
  call.on("error", () => undefined); // once the answer has begun, its reader is told; nobody else may be there to hear
  call.end(body);
  try {
    const [message] = (await once(call, "response")) as [IncomingMessage];
    return toAnswer(message);
  } catch (error) {
    signal?.throwIfAborted();
    throw new TypeError("fetch failed", { cause: error });
  }
}

function toAnswer(message: IncomingMessage): Answer {
  const { statusCode: status = 0, headers } = message;
  let stream: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name) => [headers[name] ?? null].flat().join(", ") || null },
    text: () => text(message),
    /** Made when it is asked for, as most answers are read as a whole; and once, for a second one would keep it all. */
    get body() {
      return (stream ??= Readable.toWeb(message) as ReadableStream<Uint8Array<ArrayBuffer>>);
    },
  };
}
