/** REST for people with curl: a table of routes onto the procedures of the API. Refusals are RFC 9457 problems. */
import { CcError, ERRORS, type ErrorCode, isCcError } from "@cc-docker/protocol";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { JSON_TYPE } from "../../lib/json.ts";
import { type Authenticate, type CallerHeaders, callerOf } from "../authenticate.ts";
import type { Followed, FollowRequest } from "../follow.ts";
import { takeResponse } from "../request-ids.ts";
import { toRest } from "./convert.ts";
import { PROBLEM_TYPE, problemHeaders, toProblem } from "./problem.ts";
import { createReader, type InputOf, type ReadRequest } from "./read-request.ts";
import { refusalOf } from "./refusal.ts";
import { createEncoders, streamEvents } from "./stream-events.ts";
import { pathNames, REST_PREFIX, type Route, SOCKET_PATH } from "./table/route.ts";
import { ROUTES } from "./table/routes.ts";

export type RestDeps = {
  /** @throws CcError; ZodError when the input is not what the procedure takes; anything else is a defect */
  call(procedure: string, input: unknown, caller: CallerHeaders & { signal?: AbortSignal }): Promise<unknown>;
  /** A session's log, for the routes that stream. @throws as `call` */
  follow(request: FollowRequest): Promise<Followed>;
  inputOf: InputOf;
  authenticate: Authenticate;
  /** An error of the listener in the table's words; a defect as INTERNAL. */
  translate(error: unknown): CcError;
  /** Told of each refusal of a request, once. */
  onRefused(code: ErrorCode, request: FastifyRequest): void;
};

export function mountRest(app: FastifyInstance, deps: RestDeps): void {
  app.register(
    async (rest) => {
      readBodies(rest);
      rest.setErrorHandler((error: FastifyError, request, reply) => refuse({ reply, deps }, error));
      rest.setNotFoundHandler((request, reply) => refuse({ reply, deps }, notFound(request, reply)));
      for (const route of ROUTES) mountRoute(rest, route, deps);
    },
    { prefix: REST_PREFIX },
  );
}

/** As Fastify does it, and an empty body is none. */
function readBodies(rest: FastifyInstance): void {
  const parse = rest.getDefaultJsonParser("error", "error");
  rest.removeAllContentTypeParsers();
  rest.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    else void parse(request, body as string, done);
  });
}

function mountRoute(rest: FastifyInstance, route: Route, deps: RestDeps): void {
  const { authenticate } = deps;
  const read = createReader(route, deps.inputOf);
  /** The procedure looks at the token; where it does not come to be called, that is done here. */
  async function readOrRefuse(request: FastifyRequest): Promise<ReadRequest> {
    try {
      return read(request);
    } catch (error) {
      if (!route.isPublic) await authenticate(request.headers.authorization);
      throw error;
    }
  }

  rest.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    exposeHeadRoute: route.method === "GET" && !route.streams,
    /** Who may not ask has no body read. */
    ...(route.method !== "GET" && {
      onRequest: ({ headers }: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => {
        authenticate(headers.authorization).then(() => done(), done);
      },
    }),
    handler: async (request, reply) => answer(route, await readOrRefuse(request), { request, reply, deps }),
  });
}

const encoderOf = createEncoders();

type Exchange = { request: FastifyRequest; reply: FastifyReply; deps: RestDeps };

async function answer(route: Route, read: ReadRequest, { request, reply, deps }: Exchange): Promise<FastifyReply> {
  const caller = callerOf(request.headers);
  const asked = read.answer.call;
  if (route.streams) {
    const encode = encoderOf(JSON.stringify([asked, read.own]), (event) => shapeAnswer(read, event, ""));
    const over = new AbortController();
    const followed = await deps
      .follow({ authorization: caller.authorization, input: read.input, over })
      .catch(refusalOf(read.schema));
    void streamEvents(takeResponse(reply), { followed, encode, over }); // and nothing of the request is kept meanwhile
    return reply;
  }
  const signal = route.method === "GET" ? {} : { signal: signalGone(reply) }; // what only reads soon ends by itself
  const returned = await deps.call(asked, read.input, { ...caller, ...signal }).catch(refusalOf(read.schema));
  return send({ request, reply }, read, returned);
}

/** Aborted when the caller has gone before the answer. */
function signalGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function send({ request, reply }: Pick<Exchange, "request" | "reply">, read: ReadRequest, returned: unknown) {
  const { answer: row } = read;
  const given = returned as never;
  const body = shapeAnswer(read, returned, socketsAt(request));
  const path = row.location?.(given);
  if (path !== undefined) reply.header("location", path);
  reply.status(row.statusOf?.(given) ?? row.status);
  // as text: Fastify would look for more that it might have to do with an object
  return body === undefined ? reply.send() : reply.type(JSON_TYPE).send(JSON.stringify(body));
}

/** The body, in the names of REST; none when the row has none. */
function shapeAnswer({ answer: row, input, own }: ReadRequest, returned: unknown, at: string): unknown {
  return row.schema && toRest(row.schema, row.shape ? row.shape(returned as never, input, own, at) : returned);
}

/** The name was checked, and a proxy that adds TLS says so; whoever lies about it is only told the same. */
function socketsAt({ headers: { host = "", "x-forwarded-proto": proto = "" } }: FastifyRequest): string {
  return `${String(proto).startsWith("https") ? "wss" : "ws"}://${host}`;
}

/** A path that exists for another method says for which, and one that is a WebSocket's that it is. */
function notFound({ method, url }: FastifyRequest, reply: FastifyReply): CcError {
  const path = (url.split("?")[0] ?? "").slice(REST_PREFIX.length);
  if (method === "GET" && matches({ path: SOCKET_PATH }, path))
    return new CcError("UPGRADE_REQUIRED", `${path.slice(0, 200)} is a WebSocket's.`);
  const allowed = ROUTES.filter((route) => matches(route, path)).flatMap((route) => methodsOf(route));
  if (allowed.length === 0) return new CcError("ROUTE_NOT_FOUND", `${method} ${url.slice(0, 200)} does not exist.`);
  reply.header("allow", [...new Set(allowed)].join(", "));
  return new CcError("METHOD_NOT_ALLOWED", `${method} is no method of ${path.slice(0, 200)}.`);
}

function methodsOf({ method, streams }: Route): string[] {
  return method === "GET" && !streams ? ["GET", "HEAD"] : [method];
}

function matches(route: Pick<Route, "path">, path: string): boolean {
  const parts = route.path.split("/");
  const given = path.split("/");
  const names = new Set(pathNames(route).map((name) => `{${name}}`));
  return (
    given.length === parts.length &&
    parts.every((part, at) => (names.has(part) ? given[at] !== "" : part === given[at]))
  );
}

function refuse({ reply, deps }: Omit<Exchange, "request">, thrown: FastifyError | CcError): FastifyReply {
  if (reply.raw.destroyed) return reply; // the caller has gone; nothing went wrong here
  const error = isCcError(thrown) ? thrown : deps.translate(thrown);
  deps.onRefused(error.code, reply.request);
  return sendProblem(reply, error);
}

/** The answer to what was refused before it came to a route. */
export function sendProblem(reply: FastifyReply, error: CcError): FastifyReply {
  const problem = { ...toProblem(error), request_id: reply.request.id };
  const body = Buffer.from(JSON.stringify(problem)); // of text Fastify would tell the charset
  return reply.status(ERRORS[error.code].http).headers(problemHeaders(error)).type(PROBLEM_TYPE).send(body);
}
