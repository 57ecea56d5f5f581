/**
 * The model proxy. An instance's model calls arrive on its link, get the gateway's credential and go on to the model;
 * answers stream back untouched. Two paths are open, everything else is refused here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { CcError, type ErrorCode, type SessionId } from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { Logger } from "../../lib/logger.ts";
import { type AnswerCallDeps, createAnswerCall } from "./answer-call.ts";
import { createModelService, MAX_REQUEST_BYTES, type Upstream } from "./model-service.ts";
import { createBodyReader } from "./read-bodies.ts";
import { refuseCall, toRefusal } from "./refuse-call.ts";

export type Broker = { serve(sessionId: SessionId, stream: Duplex): void; close(): void };

export type BrokerDeps = AnswerCallDeps & {
  upstream: Upstream;
  log: Logger;
  /** A call is answered with an error of ours. */
  onRefused: (code: ErrorCode) => void;
};

const ALLOWED_PATHS = new Set(["/v1/messages", "/v1/messages/count_tokens"]);

export function createBroker({ upstream, log, onRefused, ...deps }: BrokerDeps): Broker {
  const service = createModelService(upstream);
  const answerCall = createAnswerCall(service, deps);
  const readBody = createBodyReader();
  const sessionOf = new WeakMap<object, SessionId>();
  const server: Server = createServer((request, response) => {
    forward(request, response).catch((error: unknown) => {
      log.info({ err: error, session_id: sessionOf.get(request.socket) }, "model call broken");
      if (response.headersSent || response.destroyed) return void response.destroy();
      const refusal = toRefusal(error);
      onRefused(refusal.code);
      refuseCall(response, refusal);
    });
  });
  server.requestTimeout = 0; // the agent's own deadlines hold; a turn may think for long

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = requireAllowed(request);
    failpoint("broker.call-taken");
    const sessionId = sessionOf.get(request.socket);
    const body = await readBody(request, sessionId);
    try {
      await answerCall({ sessionId, request, response, path, body: body.bytes ?? request });
    } finally {
      body.drop();
    }
  }

  function serve(sessionId: SessionId, stream: Duplex): void {
    sessionOf.set(stream, sessionId);
    server.emit("connection", stream);
  }

  function close(): void {
    server.closeAllConnections();
    service.close();
  }

  return { serve, close };
}

/** @returns the path with its query. @throws CcError BROKER_REQUEST_REFUSED, BODY_TOO_LARGE */
function requireAllowed(request: IncomingMessage): string {
  const path = allowedPath(request);
  const asked = `${request.method} ${String(request.url).slice(0, 200)}`;
  if (!path) throw new CcError("BROKER_REQUEST_REFUSED", `${asked} is not allowed.`);
  if (Number(request.headers["content-length"] ?? 0) > MAX_REQUEST_BYTES)
    throw new CcError("BODY_TOO_LARGE", "The request is too large.");
  return path;
}

/** The path with its query when the request may pass. Compared as it is spelled, so that no other spelling slips by. */
function allowedPath({ method, url = "" }: IncomingMessage): string | undefined {
  const [path = ""] = url.split("?", 1);
  return method === "POST" && ALLOWED_PATHS.has(path) ? url : undefined;
}
