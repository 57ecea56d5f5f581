/** The model's service, as calls reach it: with the gateway's credential, and over connections that are kept. */
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import { CcError } from "@cc-docker/protocol";
import { type Credential, requestHeaders, uncompressed } from "./model-headers.ts";

export type Upstream = { url: string; credential?: Credential };

export type ModelCall = {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  /** What of the request has been read, or the request itself as it comes. */
  body: Buffer | IncomingMessage;
};

export type ModelService = {
  /**
   * Resolves with the head of the service's answer. A caller that goes away ends the call.
   * @throws CcError BODY_TOO_LARGE; what went wrong with the connection
   */
  send(call: ModelCall): Promise<IncomingMessage>;
  close(): void;
};

/** The model's own limit of a request. */
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;

export function createModelService({ url, credential }: Upstream): ModelService {
  const base = new URL(url);
  const secure = base.protocol === "https:";
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });

  function open(path: string, headers: OutgoingHttpHeaders) {
    const begin = secure ? httpsRequest : httpRequest;
    return begin(new URL(joinPath(base, path)), { method: "POST", agent, headers });
  }

  function send({ request, response, path, body }: ModelCall): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const outgoing = open(path, requestHeaders(uncompressed(request.headers), credential));
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    const cancel = () => outgoing.destroy();
    response.on("close", cancel);
    outgoing.on("close", () => response.off("close", cancel));
    if (Buffer.isBuffer(body)) outgoing.end(body);
    else {
      onTooManyBytes(body, MAX_REQUEST_BYTES, (error) => outgoing.destroy(error));
      pipeline(body, outgoing).catch(reject);
    }
    return promise;
  }

  return { send, close: () => agent.destroy() };
}

/** A request may have more bytes than its header said. */
function onTooManyBytes(request: IncomingMessage, maxBytes: number, refuseWith: (error: CcError) => void): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) refuseWith(new CcError("BODY_TOO_LARGE", `The request has more than ${maxBytes} bytes.`));
  });
}

function joinPath(base: URL, path: string): string {
  return base.origin + base.pathname.replace(/\/$/, "") + path;
}
