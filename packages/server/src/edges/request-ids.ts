/** Every request has an id: its caller's own, or one that is made. The answer names it, and so does what is logged. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { SessionId } from "@cc-docker/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { inRequest, type RequestScope } from "../lib/request-scope.ts";

export const REQUEST_ID_HEADER = "x-request-id";

/** What others call a request: UUIDs, trace ids, what load balancers make. It goes into logs and rows as it is. */
const SANE_ID = /^[\w.:=-]{1,100}$/;

export function newRequestId(): string {
  return randomUUID();
}

/** The caller's id of the request when it is a sane one, else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, "headers">): string {
  const given = headers[REQUEST_ID_HEADER];
  return typeof given === "string" && SANE_ID.test(given) ? given : newRequestId();
}

/** To be the first of the hooks: what comes after it is in the request's scope. */
export function scopeRequests(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    inRequest(scopeOfRequest(request), done);
  });
  /** The end of a body is heard outside of the scope that its reading was begun in. */
  app.addHook("preValidation", (request, _reply, done) => {
    if (request.method === "GET") done();
    else inRequest(scopeOfRequest(request), done);
  });
}

/**
 * Takes the response from Fastify, for an answer that writes its own head. Every answer that does not keeps its headers
 * with Fastify: Node takes twice as long for a head of which it has some already.
 */
export function takeResponse(reply: FastifyReply): ServerResponse {
  const { raw, request } = reply.hijack();
  raw.setHeader(REQUEST_ID_HEADER, request.id);
  return raw;
}

/** @param logFields what a request's log lines carry besides its id */
export function scopeOf(
  requestId: string,
  remoteAddress: string | undefined,
  logFields: RequestScope["logFields"] = {},
): RequestScope {
  return { requestId, remoteAddress, logFields: { request_id: requestId, ...logFields } };
}

function scopeOfRequest(request: FastifyRequest): RequestScope {
  return scopeOf(request.id, request.ip, logFieldsOf(request));
}

/** The ids that a request's log lines carry; that of a session where the path names one. */
export function logFieldsOf({ id, params }: FastifyRequest): RequestScope["logFields"] {
  const given = (params as { session_id?: unknown } | undefined)?.session_id;
  const named = given === undefined ? undefined : SessionId.safeParse(given); // to fail costs as much as all the rest
  return { request_id: id, ...(named?.success && { session_id: named.data }) };
}
