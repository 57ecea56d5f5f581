/** The listener before anything is mounted on it: its bounds, and how it words what it refuses by itself. */
import { CcError, ERRORS, isCcError, toErrorShape } from "@cc-docker/protocol";
import createFastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import type { Logger } from "../lib/logger.ts";
import { createAnswerBrokenRequest } from "./answer-broken-request.ts";
import type { Refusals } from "./log-requests.ts";
import { REQUEST_ID_HEADER, requestIdOf } from "./request-ids.ts";
import { sendProblem } from "./rest/mount-rest.ts";
import { REST_PREFIX } from "./rest/table/route.ts";
import { isWebSocket } from "./upgrades.ts";

/** Of a request's body, and of a message over a WebSocket. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
/**
 * In milliseconds: how long a caller may take to send a request's head, from its connection on, and all of it; and how
 * often that is looked at.
 */
export type RequestTimes = { headWithinMs: number; wholeWithinMs: number; lookEveryMs: number };
export const REQUEST_TIMES: RequestTimes = { headWithinMs: 10_000, wholeWithinMs: 60_000, lookEveryMs: 2000 };

type ListenerDeps = { log: Logger; refusals: Refusals; times: RequestTimes };

/** Every refusal is counted and kept for the request's line in `refusals`. */
export function createListener({ log, refusals, times }: ListenerDeps): FastifyInstance {
  const app = createFastify({
    genReqId: requestIdOf,
    frameworkErrors: (error, request, reply) => {
      const refusal = translate(error, log);
      refusals.add(refusal.code);
      log.info({ request_id: request.id, code: refusal.code }, "request refused before it had a route");
      answerFrameworkError(request.url, reply.header(REQUEST_ID_HEADER, request.id), refusal);
    },
    clientErrorHandler: createAnswerBrokenRequest(({ requestId, ...refused }) => {
      refusals.add("REQUEST_INVALID");
      log.info({ request_id: requestId, code: "REQUEST_INVALID", ...refused }, "what was sent is no request");
    }),
    http: {
      headersTimeout: times.headWithinMs,
      connectionsCheckingInterval: times.lookEveryMs,
      shouldUpgradeCallback: isWebSocket,
    },
    requestTimeout: times.wholeWithinMs,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 5000 },
  });
  const refuse = (reply: FastifyReply, error: CcError) => {
    refusals.add(error.code, reply.request);
    return answer(reply, error);
  };
  app.setErrorHandler((error: FastifyError, _request, reply) => refuse(reply, translate(error, log)));
  app.setNotFoundHandler(({ method, url }, reply) =>
    refuse(reply, new CcError("ROUTE_NOT_FOUND", `${method} ${url.slice(0, 200)} does not exist.`)),
  );
  return app;
}

/** What the listener itself refuses, in the table's words. What it does not mean to refuse is a defect. */
export function translate(error: unknown, log: Logger): CcError {
  if (isCcError(error)) return error;
  const { statusCode = 500, message = "", cause } = error as Partial<FastifyError>;
  if (statusCode === 413) return new CcError("BODY_TOO_LARGE", `The body has more than ${MAX_BODY_BYTES} bytes.`);
  if (statusCode === 415) return new CcError("CONTENT_TYPE_UNSUPPORTED", message);
  if (statusCode < 500) return new CcError("REQUEST_INVALID", message.slice(0, 500));
  log.error({ err: cause ?? error }, "a request failed by a defect");
  return new CcError("INTERNAL", "Something went wrong inside the gateway.");
}

/** There is no route yet, and so no edge: the path tells which one would have answered. */
function answerFrameworkError(url: string, reply: FastifyReply, error: CcError): FastifyReply {
  return url.startsWith(`${REST_PREFIX}/`) ? sendProblem(reply, error) : answer(reply, error);
}

function answer(reply: FastifyReply, error: CcError): FastifyReply {
  return reply.status(ERRORS[error.code].http).send({ error: toErrorShape(error) });
}
