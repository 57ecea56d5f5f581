/** The listener as it ships, on a core without an engine. */
import { SignJWT } from "jose";
import { onTestFinished } from "vitest";
import { openTestCore, type TestCore } from "../../core/core.test-helper.ts";
import { currentRequest } from "../../lib/request-scope.ts";
import { noTracer, type Tracer } from "../../lib/tracing/tracer.ts";
import { createAuthenticate } from "../authenticate.ts";
import { type CallerLimitSettings, createCallerLimits } from "../caller-limits.ts";
import { startHttpServer } from "../http-server.ts";
import { REQUEST_TIMES, type RequestTimes } from "../listener.ts";
import { SOCKET_TIMES, type SocketTimes } from "../mount-sockets.ts";

const SECRET = "a secret that is long enough for a test";

export type TestRest = TestCore & {
  url: string;
  /** The owner's. */
  token: string;
  /** A request below /api/v1 in the name of ann, who owns what `openSession` opens. */
  open(path: string, options?: RequestOptions & { method?: string }): Promise<Response>;
  /** The same, and reads the answer's JSON. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  close(): Promise<void>;
  /** How many follow events just now. */
  followers(): number;
  /** What the listener has logged. */
  lines: LogLine[];
  /** How many pages of events were taken from core so far. */
  pages(): number;
};
export type LogLine = { level: string; message: string; [field: string]: unknown };
export type RequestOptions = { body?: unknown; text?: string; headers?: Record<string, string>; signal?: AbortSignal };
// oxlint-disable-next-line typescript/no-explicit-any -- bodies are looked at, not used
export type Answer = { status: number; headers: Headers; body: any };

export type TestRestOptions = {
  limits?: Partial<CallerLimitSettings>;
  socketTimes?: SocketTimes;
  requestTimes?: RequestTimes;
  corsOrigins?: string[];
  tracer?: Tracer;
};

export async function openTestRest(
  owner = "ann",
  {
    limits,
    socketTimes = SOCKET_TIMES,
    requestTimes = REQUEST_TIMES,
    corsOrigins = [],
    tracer = noTracer,
  }: TestRestOptions = {},
): Promise<TestRest> {
  const test = await openTestCore({ tracer });
  const { meter, errors } = test;
  let followers = 0;
  let pages = 0;
  const deliver: TestCore["core"]["events"]["deliver"] = async (input, take) => {
    followers += 1;
    const counted: typeof take = (page) => {
      pages += 1;
      return take(page);
    };
    await test.core.events.deliver(input, counted).finally(() => (followers -= 1));
  };
  async function read(input: Parameters<TestCore["core"]["events"]["read"]>[0]) {
    pages += 1;
    return test.core.events.read(input);
  }
  const core = { ...test.core, events: { ...test.core.events, read, deliver } };
  const lines: LogLine[] = [];
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, ...currentRequest()?.logFields, ...fields });
  const error = (fields: object, message: string) => {
    errors.push(fields);
    write("error")(fields, message);
  };
  const log = { debug: write("debug"), info: write("info"), warn: write("warn"), error };
  const authenticate = createAuthenticate({ keys: { jwtSecret: { reveal: () => SECRET } } });
  const host = "127.0.0.1";
  const callerLimits = createCallerLimits({ requestsPerSecond: 0, subscriptions: 0, sockets: 0, ...limits });
  const browsers = { host, allowedHosts: [], corsOrigins };
  const server = await startHttpServer({
    core,
    meter,
    tracer,
    authenticate,
    log,
    browsers,
    callerLimits,
    socketTimes,
    requestTimes,
    host,
    port: 0,
  });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= server.close());
  onTestFinished(close);
  const token = await signToken(owner);

  async function open(
    path: string,
    { method = "GET", body, text, headers, signal }: RequestOptions & { method?: string } = {},
  ): Promise<Response> {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    return fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(sent !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
      ...(signal && { signal }),
    });
  }

  async function request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const answer = await open(path, { ...options, method });
    const said = await answer.text();
    return { status: answer.status, headers: answer.headers, body: said === "" ? undefined : JSON.parse(said) };
  }

  return {
    ...test,
    url: server.url,
    token,
    open,
    request,
    close,
    followers: () => followers,
    lines,
    pages: () => pages,
  };
}

/** @param expires as jose takes it: `1h`, or the seconds of a time */
export function signToken(sub: string, expires: string | number = "1h"): Promise<string> {
  const claims = new SignJWT({ sub }).setProtectedHeader({ alg: "HS256" }).setExpirationTime(expires);
  return claims.sign(new TextEncoder().encode(SECRET));
}
