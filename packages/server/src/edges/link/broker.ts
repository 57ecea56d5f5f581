/**
 * The model proxy. An instance's model calls arrive on its link, get the gateway's credential and go on to the model;
 * answers stream back untouched. Two paths are open, everything else is refused here.
 */
import {
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
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
import { answerHeaders, type Credential, requestHeaders, uncompressed } from "./model-headers.ts";
import { createPatientAnswer, PATIENCE, type Patience, type PatientAnswer } from "./patient-answer.ts";
import { createBodyReader } from "./read-bodies.ts";

export type Upstream = { url: string; credential?: Credential };
export type Broker = { serve(sessionId: SessionId, stream: Duplex): void; close(): void };

const ALLOWED_PATHS = new Set(["/v1/messages", "/v1/messages/count_tokens"]);
/** The model's own limit of a request. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
export type BrokerDeps = {
  upstream: Upstream;
  clock: Clock;
  log: Logger;
  /** How long a call may wait for a rate limit to reset. */
  rateLimitMaxWaitMs: number;
  patience?: Patience;
  /** Bytes went to the model or came from it. */
  onTraffic: (sessionId: SessionId) => void;
  /** The call waits for a rate limit to reset at that time; with `undefined` it waits no more. */
  onWait: (sessionId: SessionId, call: object, until: string | undefined) => void;
  /** A call is answered with an error of ours. */
  onRefused: (code: ErrorCode) => void;
};

export function createBroker(deps: BrokerDeps): Broker {
  const { upstream, log, onTraffic } = deps;
  const { patience = PATIENCE } = deps;
  const readBody = createBodyReader();
  const sendLimited = createLimitedCalls({ clock: deps.clock, maxWaitMs: deps.rateLimitMaxWaitMs });
  const base = new URL(upstream.url);
  const secure = base.protocol === "https:";
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const sessionOf = new WeakMap<object, SessionId>();
  const server: Server = createServer((request, response) => {
    forward(request, response).catch((error: unknown) => {
      log.info({ err: error, session_id: sessionOf.get(request.socket) }, "model call broken");
      if (response.headersSent || response.destroyed) return void response.destroy();
      const refusal = isCcError(error) ? error : unreachable(error as Error);
      deps.onRefused(refusal.code);
      refuse(response, refusal);
    });
  });
  server.requestTimeout = 0; // the agent's own deadlines hold; a turn may think for long

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = allowedPath(request);
    const asked = `${request.method} ${String(request.url).slice(0, 200)}`;
    if (!path) throw new CcError("BROKER_REQUEST_REFUSED", `${asked} is not allowed.`);
    if (Number(request.headers["content-length"] ?? 0) > MAX_REQUEST_BYTES)
      throw new CcError("BODY_TOO_LARGE", "The request is too large.");
    failpoint("broker.call-taken");
    const body = await readBody(request, sessionOf.get(request.socket));
    const waiting = createPatientAnswer({ response, body: body.bytes, clock: deps.clock, patience });
    try {
      await answerCall({ request, response, path, body: body.bytes ?? request }, waiting);
    } catch (error) {
      if (!waiting.hasBegun() || response.destroyed) throw error;
      waiting.giveUp();
    } finally {
      waiting.end();
      body.drop();
    }
  }

  async function answerCall(own: Call, waiting: PatientAnswer): Promise<void> {
    const { request, response } = own;
    const sessionId = sessionOf.get(request.socket);
    const traffic = () => sessionId && onTraffic(sessionId);
    const gone = new AbortController();
    response.on("close", () => gone.abort(new Error("the caller is gone")));
    traffic();
    if (!Buffer.isBuffer(own.body)) own.body.on("data", traffic).pause();
    const answer = await sendLimited({
      signal: gone.signal,
      isRepeatable: Buffer.isBuffer(own.body),
      onWait: (until) => {
        if (until === undefined) waiting.end();
        else waiting.wait();
        if (sessionId) deps.onWait(sessionId, response, until);
      },
      send: () => call(own),
    });
    waiting.end();
    traffic();
    answer.on("data", traffic);
    failpoint("broker.answer-begun");
    if (waiting.hasBegun()) return waiting.goOn(answer);
    response.writeHead(answer.statusCode ?? 502, answerHeaders(answer));
    response.flushHeaders();
    await pipeline(answer, response);
  }

  function call({ request, response, path, body }: Call): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const send = secure ? httpsRequest : httpRequest;
    const outgoing = send(new URL(joinPath(base, path)), {
      method: "POST",
      agent,
      headers: requestHeaders(
        response.headersSent ? uncompressed(request.headers) : request.headers,
        upstream.credential,
      ),
    });
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
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  /** What of the request has been read, or the request itself as it comes. */
  body: Buffer | IncomingMessage;
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

function unreachable(cause: Error): CcError {
  return new CcError("MODEL_UNREACHABLE", `The gateway cannot reach the model: ${cause.message}`, { cause });
}

/** In the shape of the model's own errors, so that the agent shows the message. */
function refuse(response: ServerResponse, { code, message }: CcError): void {
  const status = code === "MODEL_RATE_LIMITED" ? 429 : ERRORS[code].http;
  response.writeHead(status, {
    "content-type": "application/json",
    "x-should-retry": status === 502 ? "true" : "false",
  });
  const type = status === 429 ? "rate_limit_error" : code.toLowerCase();
  response.end(JSON.stringify({ type: "error", error: { type, message } }));
}
