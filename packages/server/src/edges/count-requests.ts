/** Counts HTTP requests, and times them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { CoreMeter } from "../core/core.ts";
import { TRPC_PREFIX } from "./trpc/root-router.ts";

/** The adapter's, for all that has no route of its own. */
const TRPC_ROUTE = `${TRPC_PREFIX}/:path`;

/** The template of a request's path, of which there are few. */
export type EndpointOf = (request: FastifyRequest) => string;

export function countRequests(app: FastifyInstance, meter: CoreMeter, endpointOf: EndpointOf): void {
  app.addHook("onResponse", (request, reply, done) => {
    const endpoint = endpointOf(request);
    const status = String(reply.raw.statusCode);
    meter.add("cc_docker_requests_total", { endpoint, method: request.method, status });
    if (!isStream(reply)) meter.observe("cc_docker_request_duration_seconds", { endpoint }, reply.elapsedTime / 1000);
    done();
  });
}

/** `isProcedure`: what else callers ask for below /trpc has no endpoint of its own. */
export function createEndpointOf(isProcedure: (path: string) => boolean): EndpointOf {
  return ({ routeOptions, url }) => {
    const route = routeOptions.url;
    if (route === undefined) return "none";
    if (route !== TRPC_ROUTE) return route;
    const path = url.slice(TRPC_PREFIX.length + 1).split("?", 1)[0] ?? "";
    if (isProcedure(path)) return `${TRPC_PREFIX}/${path}`;
    return path.includes(",") ? `${TRPC_PREFIX}/batch` : "none";
  };
}

function isStream({ raw }: FastifyReply): boolean {
  return String(raw.getHeader("content-type") ?? "").startsWith("text/event-stream");
}
