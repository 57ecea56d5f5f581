/** The public server: mounts the edges on the one listener. */

import type { AddressInfo } from "node:net";
import { CcError } from "@cc-docker/protocol";
import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Core, CoreMeter } from "../core/core.ts";
import type { Logger } from "../lib/logger.ts";
import type { Tracer } from "../lib/tracing/tracer.ts";
import { type Authenticate, callerOf } from "./authenticate.ts";
import type { CallerLimits } from "./caller-limits.ts";
import { countRequests, createEndpointOf } from "./count-requests.ts";
import { openFollow } from "./follow.ts";
import { type BrowserRules, guardBrowsers } from "./guard-browsers.ts";
import { createListener, MAX_BODY_BYTES, REQUEST_TIMES, type RequestTimes, translate } from "./listener.ts";
import { createRefusals, logRequests, type Refusals } from "./log-requests.ts";
import { mountOperations } from "./mount-operations.ts";
import { mountSockets, SOCKET_TIMES, type SocketTimes } from "./mount-sockets.ts";
import { scopeRequests } from "./request-ids.ts";
import { mountDocs } from "./rest/document/mount-docs.ts";
import { mountRest, type RestDeps } from "./rest/mount-rest.ts";
import { metaOf, type TrpcRefusal, toPublicError } from "./trpc/errors.ts";
import { mountEventStream } from "./trpc/event-stream.ts";
import { mountQueries } from "./trpc/mount-queries.ts";
import { createProcedures, inputOf, isProcedure } from "./trpc/procedures.ts";
import { rootRouter, TRPC_PREFIX, type TrpcOptions } from "./trpc/root-router.ts";
import { type SharedContext, sessionField } from "./trpc/trpc.ts";

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
  requestTimes?: RequestTimes;
};

const MAX_BATCH = 50;

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
  requestTimes = REQUEST_TIMES,
}: HttpServerDeps): Promise<HttpServer> {
  const stopping = new AbortController();
  const refusals = createRefusals(meter);
  const app = createListener({ log, refusals, times: requestTimes });
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
  const onError = (refused: TrpcRefusal, request: FastifyRequest) => {
    if (request.raw.socket.destroyed) return; // the caller has gone; nothing went wrong here
    tellTrpcError({ log, refusals }, refused, request);
  };
  const trpcOptions: TrpcOptions = {
    router: rootRouter,
    maxBatchSize: MAX_BATCH,
    responseMeta: ({ paths, errors }) => metaOf(paths, errors),
    createContext: ({ req }) => ({ ...shared, ...callerOf(req.headers) }),
    onError: ({ req, error, path, input }) => onError({ error, path, input }, req),
  };
  mountEventStream(app, { ...shared, trpcOptions });
  mountQueries(app, { shared, trpcOptions, onError });
  app.register(fastifyTRPCPlugin, { prefix: TRPC_PREFIX, trpcOptions });
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

function translateListenError(error: unknown, host: string, port: number): unknown {
  if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") return error;
  return new CcError("PORT_IN_USE", `Something already listens on ${host}:${port}.`, { cause: error });
}

function urlOf(app: FastifyInstance, host: string): string {
  const port = (app.server.address() as AddressInfo).port;
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
