/**
 * What pages of other sites may do with the gateway: nothing, unless the operator has named their origin. And no name
 * that somebody else has made to point here (DNS rebinding) makes the gateway such a page's own.
 */
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { CcError } from "@cc-docker/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isLoopback, LOOPBACK } from "../lib/loopback.ts";

export type BrowserRules = {
  /** Where the gateway listens. */
  host: string;
  /** Names the gateway may be called by, without a port; those of where it listens when there are none. */
  allowedHosts: readonly string[];
  /** Origins whose pages may call it, as browsers write them: `https://app.example.org`. */
  corsOrigins: readonly string[];
};

const PLAIN_HOST = /^([\w.-]+)(?::\d+)?$/;
const ANY_ADDRESS = ["0.0.0.0", "::"];
const PREFLIGHT = {
  "access-control-allow-methods": "GET, POST, PATCH, PUT, DELETE",
  "access-control-allow-headers":
    "authorization, content-type, idempotency-key, last-event-id, traceparent, x-request-id",
  "access-control-max-age": "600",
};

/** Hooks of every request call back: to await one costs more than what it does. */
export function guardBrowsers(app: FastifyInstance, rules: BrowserRules): void {
  app.addHook("onRequest", (request, reply, done) => {
    try {
      if (!answerPreflight(request, reply, rules)) done();
    } catch (error) {
      done(error as CcError);
    }
  });
}

/** @returns whether it was one @throws CcError HOST_REFUSED, ORIGIN_REFUSED */
function answerPreflight({ method, headers }: FastifyRequest, reply: FastifyReply, rules: BrowserRules): boolean {
  const origin = checkBrowser(headers, rules);
  if (origin === undefined) return false;
  allow(reply.raw, origin);
  if (method !== "OPTIONS" || headers["access-control-request-method"] === undefined) return false;
  reply.headers(PREFLIGHT).status(204).send();
  return true;
}

/**
 * The same for what asks for no answer but a socket.
 * @returns the origin that is to be told that it may read the answer; `undefined` where no page of another site asks
 * @throws CcError HOST_REFUSED, ORIGIN_REFUSED
 */
export function checkBrowser(headers: IncomingHttpHeaders, rules: BrowserRules): string | undefined {
  checkHost(headers, rules);
  return checkOrigin(headers, rules);
}

/** @throws CcError HOST_REFUSED */
function checkHost({ host = "" }: IncomingHttpHeaders, rules: BrowserRules): void {
  const allowed = rules.allowedHosts.length > 0 ? rules.allowedHosts : namesOf(rules.host);
  if (allowed === "any") return;
  const plain = PLAIN_HOST.exec(host)?.[1]; // as nearly all are: to parse it costs more than all the other checks
  if (plain !== undefined && allowed.includes(plain)) return;
  const name = nameOf(host);
  if (name !== undefined && allowed.includes(name)) return;
  throw new CcError("HOST_REFUSED", `The gateway is not called ${JSON.stringify(host.slice(0, 100))}.`);
}

/** @throws CcError ORIGIN_REFUSED */
function checkOrigin({ host, origin }: IncomingHttpHeaders, { corsOrigins }: BrowserRules): string | undefined {
  if (origin === undefined) return undefined;
  if (corsOrigins.includes(origin)) return origin;
  if (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()) return undefined;
  throw new CcError("ORIGIN_REFUSED", `Pages of ${JSON.stringify(origin.slice(0, 100))} may not call the gateway.`);
}

/** On the response itself: what streams writes its own head. */
function allow(response: ServerResponse, origin: string): void {
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-expose-headers", "retry-after, location, x-request-id");
  response.setHeader("vary", "Origin");
}

function namesOf(host: string): readonly string[] | "any" {
  if (isLoopback(host)) return LOOPBACK;
  return ANY_ADDRESS.includes(host) ? "any" : [host.toLowerCase(), ...LOOPBACK];
}

function nameOf(host: string): string | undefined {
  if (!URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, "");
}
