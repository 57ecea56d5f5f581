/**
 * The model proxy. An instance's model calls arrive on its link, get the gateway's credential and go on to the model;
 * answers stream back untouched. Two paths are open, everything else is refused here.
 */
import {
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CcError, ERRORS, type ErrorCode, isCcError, type SessionId } from "@cc-docker/protocol";
import type { Clock } from "../../lib/clock.ts";
import { failpoint } from "../../lib/failpoint.ts";
import type { Logger } from "../../lib/logger.ts";
import { createLimitedCalls } from "./limited-calls.ts";

/** How the model's service knows us: an API key, or the bearer token of a subscription. */
export type Credential = { kind: "api-key" | "oauth"; reveal(): string };
export type Upstream = { url: string; credential?: Credential };
export type Broker = { serve(sessionId: SessionId, stream: Duplex): void; close(): void };

const ALLOWED_PATHS = new Set(["/v1/messages", "/v1/messages/count_tokens"]);
/** The model's own limit of a request. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
/** Headers that belong to one connection or to the caller's idea of a credential. */
const DROPPED_HEADERS = new Set([
  "authorization",
  "x-api-key",
  "cookie",
  "host",
  "connection",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);
const DROPPED_ANSWER_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding", "set-cookie"]);
const OAUTH_BETA = "oauth-2025-04-20";

export type BrokerDeps = {
  upstream: Upstream;
  clock: Clock;
  log: Logger;
  /** How long a call may wait for a rate limit to reset. */
  rateLimitMaxWaitMs: number;
  /** Bytes went to the model or came from it. */
  onTraffic: (sessionId: SessionId) => void;
  /** The call waits for a rate limit to reset at that time; with `undefined` it waits no more. */
  onWait: (sessionId: SessionId, call: object, until: string | undefined) => void;
};

export function createBroker(deps: BrokerDeps): Broker {
  const { upstream, log, onTraffic } = deps;
  const sendLimited = createLimitedCalls({ clock: deps.clock, maxWaitMs: deps.rateLimitMaxWaitMs });
  const base = new URL(upstream.url);
  const secure = base.protocol === "https:";
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const sessionOf = new WeakMap<object, SessionId>();
  const server: Server = createServer((request, response) => {
    forward(request, response).catch((error: unknown) => {
      log.info({ err: error, session_id: sessionOf.get(request.socket) }, "model call broken");
      if (response.headersSent || response.destroyed) response.destroy();
      else if (isCcError(error, "MODEL_RATE_LIMITED")) refuse(response, 429, error.code, error.message);
      else if (isCcError(error)) refuse(response, ERRORS[error.code].http, error.code, error.message);
      else
        refuse(response, 502, "MODEL_UNREACHABLE", `The gateway cannot reach the model: ${(error as Error).message}`);
    });
  });
  server.requestTimeout = 0; // the agent's own deadlines hold; a turn may think for long

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = allowedPath(request);
    if (!path)
      return refuse(
        response,
        403,
        "BROKER_REQUEST_REFUSED",
        `${request.method} ${String(request.url).slice(0, 200)} is not allowed.`,
      );
    if (Number(request.headers["content-length"] ?? 0) > MAX_REQUEST_BYTES)
      return refuse(response, 413, "BODY_TOO_LARGE", "The request is too large.");
    failpoint("broker.call-taken");
    const sessionId = sessionOf.get(request.socket);
    const traffic = () => sessionId && onTraffic(sessionId);
    const gone = new AbortController();
    response.on("close", () => gone.abort(new Error("the caller is gone")));
    const answer = await sendLimited({
      request,
      signal: gone.signal,
      onWait: (until) => sessionId && deps.onWait(sessionId, response, until),
      send: (body) => call({ response, path, headers: request.headers, body, onData: traffic }),
    });
    answer.on("data", traffic);
    failpoint("broker.answer-begun");
    response.writeHead(answer.statusCode ?? 502, answerHeaders(answer));
    response.flushHeaders();
    await pipeline(answer, response);
  }

  function call({ response, path, headers, body, onData }: Call): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const send = secure ? httpsRequest : httpRequest;
    const outgoing = send(new URL(joinPath(base, path)), {
      method: "POST",
      agent,
      headers: requestHeaders(headers, upstream.credential),
    });
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    const cancel = () => outgoing.destroy();
    response.on("close", cancel);
    outgoing.on("close", () => response.off("close", cancel));
    if (Buffer.isBuffer(body)) outgoing.end(body);
    else {
      body.on("data", onData);
      onTooManyBytes(body, MAX_REQUEST_BYTES, (error) => outgoing.destroy(error));
      pipeline(body, outgoing).catch(reject);
    }
    return promise;
  }

  function serve(sessionId: SessionId, stream: Duplex): void {
    sessionOf.set(stream, sessionId);
    server.emit("connection", stream);
  }

  return {
    serve,
    close: () => {
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

type Call = {
  response: ServerResponse;
  path: string;
  headers: IncomingHttpHeaders;
  body: IncomingMessage | Buffer;
  onData: () => void;
};

/** A request may have more bytes than its header said. */
function onTooManyBytes(request: IncomingMessage, maxBytes: number, refuseWith: (error: CcError) => void): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) refuseWith(new CcError("BODY_TOO_LARGE", `The request has more than ${maxBytes} bytes.`));
  });
}

/** The path with its query when the request may pass. Compared as it is spelled, so that no other spelling slips by. */
function allowedPath({ method, url = "" }: IncomingMessage): string | undefined {
  const [path = ""] = url.split("?", 1);
  return method === "POST" && ALLOWED_PATHS.has(path) ? url : undefined;
}

function joinPath(base: URL, path: string): string {
  return base.origin + base.pathname.replace(/\/$/, "") + path;
}

function requestHeaders(
  given: IncomingHttpHeaders,
  credential: Credential | undefined,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !DROPPED_HEADERS.has(name)) headers[name] = value;
  }
  if (credential?.kind === "api-key") headers["x-api-key"] = credential.reveal();
  if (credential?.kind === "oauth") {
    headers["authorization"] = `Bearer ${credential.reveal()}`;
    headers["anthropic-beta"] = [headers["anthropic-beta"], OAUTH_BETA].filter(Boolean).join(",");
  }
  return headers;
}

/** A wrong credential stays wrong: without this word the agent repeats the call for minutes. */
function answerHeaders({ statusCode, headers }: IncomingMessage): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !DROPPED_ANSWER_HEADERS.has(name),
  );
  const final = statusCode === 401 || statusCode === 403;
  return {
    ...(Object.fromEntries(kept) as Record<string, string | string[]>),
    ...(final && { "x-should-retry": "false" }),
  };
}

/** In the shape of the model's own errors, so that the agent shows the message. */
function refuse(response: ServerResponse, status: number, code: ErrorCode, message: string): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "x-should-retry": status === 502 ? "true" : "false",
  });
  const type = status === 429 ? "rate_limit_error" : code.toLowerCase();
  response.end(JSON.stringify({ type: "error", error: { type, message } }));
}
