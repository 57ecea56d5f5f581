/** The one listener; mounts the public edges. */

import type { AddressInfo } from "node:net";
import { CcError, ERRORS, isCcError, toErrorShape } from "@cc-docker/protocol";
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import createFastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import type { Core, CoreMeter } from "../core/core.ts";
import type { Logger } from "../lib/logger.ts";
import type { Tracer } from "../lib/tracing/tracer.ts";
import { createAnswerBrokenRequest } from "./answer-broken-request.ts";
import { type Authenticate, callerOf } from "./authenticate.ts";
import type { CallerLimits } from "./caller-limits.ts";
import { countRequests, createEndpointOf } from "./count-requests.ts";
import { openFollow } from "./follow.ts";
import { type BrowserRules, guardBrowsers } from "./guard-browsers.ts";
import { createRefusals, logRequests, type Refusals } from "./log-requests.ts";
import { mountOperations } from "./mount-operations.ts";
import { mountSockets, SOCKET_TIMES, type SocketTimes } from "./mount-sockets.ts";
import { REQUEST_ID_HEADER, requestIdOf, scopeRequests } from "./request-ids.ts";
import { mountDocs } from "./rest/document/mount-docs.ts";
import { mountRest, REST_PREFIX, type RestDeps, sendProblem } from "./rest/mount-rest.ts";
import { mountEventStream } from "./trpc/event-stream.ts";
import { createProcedures, inputOf, isProcedure } from "./trpc/procedures.ts";
import { type AppRouter, rootRouter } from "./trpc/root-router.ts";
import type { TrpcRefusal } from "./trpc/socket/words.ts";
import { metaOf, type SharedContext, sessionField, toPublicError } from "./trpc/trpc.ts";
import { isWebSocket } from "./upgrades.ts";

export type HttpServer = { url: string; close(): Promise<void> };
export type HttpServerDeps = {
  core: Core;
  meter: CoreMeter;
  tracer: Tracer;
  authenticate: Authenticate;
  log: Logger;
  browsers: BrowserRules;
  callerLimits: CallerLimits;
  host: string;
  port: number;
  /** For tests, which have less patience. */
  socketTimes?: SocketTimes;
};

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_BATCH = 50;
/** How long a caller may take to send a request's head, and all of it; and how often that is looked at. */
const HEAD_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 2000;

/** @throws CcError PORT_IN_USE */
export async function startHttpServer({
  core,
  meter,
  tracer,
  authenticate,
  log,
  browsers,
  callerLimits,
  host,
  port,
  socketTimes = SOCKET_TIMES,
}: HttpServerDeps): Promise<HttpServer> {
  const stopping = new AbortController();
  const refusals = createRefusals(meter);
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
      headersTimeout: HEAD_WITHIN_MS,
      connectionsCheckingInterval: LOOK_EVERY_MS,
      shouldUpgradeCallback: isWebSocket,
    },
    requestTimeout: REQUEST_WITHIN_MS,
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
  const endpointOf = createEndpointOf(isProcedure);
  scopeRequests(app);
  countRequests(app, meter, endpointOf);
  logRequests(app, { log, refusals, endpointOf });
  guardBrowsers(app, browsers);
  const shared = { core, authenticate, callerLimits, tracer, stopping: stopping.signal };
  mountTrpc(app, shared, { log, refusals });
  const rest: RestDeps = {
    ...createProcedures(shared),
    follow: (request) => openFollow(shared, request),
    inputOf,
    authenticate,
    translate: (error) => translate(error, log),
    onRefused: refusals.add,
  };
  mountRest(app, rest);
  const sockets = mountSockets(app, {
    ...{ shared, rest, browsers, meter, log, refusals },
    tellTrpcError: (refused) => tellTrpcError({ log, refusals }, refused),
    maxMessageBytes: MAX_BODY_BYTES,
    times: socketTimes,
  });
  mountDocs(app, inputOf);
  mountOperations(app, { core, meter, stopping: stopping.signal });
  await app.listen({ host, port }).catch((error: unknown) => {
    throw translateListenError(error, host, port);
  });
  return {
    url: urlOf(app, host),
    async close() {
      stopping.abort();
      await sockets.close();
      await app.close();
    },
  };
}

function mountTrpc(
  app: FastifyInstance,
  shared: SharedContext,
  { log, refusals }: Pick<HttpServerDeps, "log"> & { refusals: Refusals },
): void {
  const trpcOptions: FastifyTRPCPluginOptions<AppRouter>["trpcOptions"] = {
    router: rootRouter,
    maxBatchSize: MAX_BATCH,
    responseMeta: ({ paths, errors }) => metaOf(paths, errors),
    createContext: ({ req }) => ({ ...shared, ...callerOf(req.headers) }),
    onError: ({ error, path, req, input }) => {
      if (req.raw.socket.destroyed) return; // the caller has gone; nothing went wrong here
      tellTrpcError({ log, refusals }, { error, path, input }, req);
    },
  };
  mountEventStream(app, { ...shared, trpcOptions });
  app.register(fastifyTRPCPlugin, { prefix: "/trpc", trpcOptions });
}

function tellTrpcError(
  { log, refusals }: { log: Logger; refusals: Refusals },
  { error, path, input }: TrpcRefusal,
  request?: object,
): void {
  refusals.add(toPublicError(error).code, request);
  if (error.code === "INTERNAL_SERVER_ERROR")
    log.error({ err: error.cause ?? error, path, ...sessionField(input) }, "a call failed by a defect");
}

/** What the listener itself refuses, in the table's words. What it does not mean to refuse is a defect. */
function translate(error: unknown, log: Logger): CcError {
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

function translateListenError(error: unknown, host: string, port: number): unknown {
  if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") return error;
  return new CcError("PORT_IN_USE", `Something already listens on ${host}:${port}.`, { cause: error });
}

function urlOf(app: FastifyInstance, host: string): string {
  const port = (app.server.address() as AddressInfo).port;
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
