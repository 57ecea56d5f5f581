/**
 * `fetch` over node:http, as far as the client uses it: Node's own takes as long to load as all the rest of a short
 * command. It follows no redirects, and an answer has what is written here.
 */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { silenceLimitOf } from "./answer-limits.ts";

type Init = Pick<RequestInit, "method" | "headers" | "body" | "signal">;
type Answer = Pick<Response, "ok" | "status" | "text" | "body"> & { headers: Pick<Headers, "get"> };

/**
 * @throws the reason of the signal; TypeError with its cause, as `fetch` does; DOMException `TimeoutError` when nothing
 * comes for as long as the call may be silent
 */
export const httpFetch = createHttpFetch(silenceLimitOf);

/** `limitOf` is a parameter for tests only. */
export function createHttpFetch(limitOf: typeof silenceLimitOf): typeof fetch {
  return ((target: string, init: Init = {}) => {
    const url = new URL(target);
    return send(url, init, limitOf(url, init.method ?? "GET"));
  }) as unknown as typeof fetch;
}

async function send(
  url: URL,
  { method = "GET", headers, body, signal }: Init,
  silenceMs: number | undefined,
): Promise<Answer> {
  // Not imported: what an import sees of node:http brings Node's `fetch` with it.
  const { request } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
  signal?.throwIfAborted();
  const call = request(url, { method, headers: headers as Record<string, string>, ...(signal && { signal }) });
  call.on("error", () => undefined); // once the answer has begun, its reader is told; nobody else may be there to hear
  let reading: IncomingMessage | undefined;
  if (silenceMs !== undefined) call.setTimeout(silenceMs, () => (reading ?? call).destroy(silence(silenceMs)));
  call.end(body);
  try {
    const [message] = (await once(call, "response")) as [IncomingMessage];
    reading = message;
    return toAnswer(message);
  } catch (error) {
    signal?.throwIfAborted();
    throw isSilence(error) ? error : new TypeError("fetch failed", { cause: error });
  }
}

function silence(ms: number): DOMException {
  return new DOMException(`nothing came for ${ms / 1000} s`, "TimeoutError");
}

function isSilence(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
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
