/** Requests to one gateway: adds the token, and turns everything that is no answer of the API into a CcError. */
import { CcError, isCcError } from "@cc-docker/protocol";
import { findErrorIn } from "./client-error.ts";
import { orAbort } from "./wait.ts";

export type TokenRequest = {
  /** The gateway has refused the token before as expired: one that was kept is of no use. */
  hasExpired: boolean;
  /** Of the call or the stream that the token is for. */
  signal?: AbortSignal | undefined;
};

export type GatewayOptions = {
  /** Where the gateway listens, with its path when it has one: `http://127.0.0.1:8000`. */
  url: string;
  /**
   * A JWT of this gateway, or what gets one. A function is asked before every request, also before each reconnection
   * of `followEvents`, and once more when the gateway says that the token has expired.
   */
  token: string | ((request: TokenRequest) => string | Promise<string>);
  /**
   * Asked before every request for headers to add to it, such as `traceparent`: the gateway's spans are then a part of
   * that trace. With OpenTelemetry: `() => { const headers = {}; propagation.inject(context.active(), headers); return headers; }`.
   * The client's own headers win over what it returns.
   */
  headers?: () => Record<string, string>;
  /**
   * Used instead of the global `fetch`. One that waits for no longer than it likes rejects with a `TimeoutError`, as
   * `AbortSignal.timeout` has it: the call fails with SERVER_UNREACHABLE, and is not sent again.
   */
  fetch?: typeof globalThis.fetch;
};

export type StreamRequest = { signal: AbortSignal; hasExpired: boolean };

/** As much of a Response as tRPC reads. */
type Answer = { ok: boolean; json(): Promise<unknown> };

export type GatewayHttp = {
  /** Where the gateway listens, without a slash at the end; its API is at `${base}/trpc`. */
  base: string;
  /** Whether there may be another token when this one has expired. */
  canRenew: boolean;
  /**
   * One request; any answer of the API comes back, its errors too. A request that was aborted rejects as `fetch` does.
   * @throws CcError SERVER_UNREACHABLE (no connection, or a proxy's 5xx), ROUTE_NOT_FOUND (something else listens
   *   there), TOKEN_MISSING (the token function failed), TOKEN_INVALID (it cannot be a JWT)
   */
  call(url: string, init: RequestInit): Promise<Answer>;
  /** The same for a stream of events: its body, or the error that came instead. */
  openStream(url: string, request: StreamRequest): Promise<ReadableStream<Uint8Array>>;
};

/** @throws CcError CONFIG_INVALID when `url` is none */
export function createGatewayHttp({
  url,
  token,
  headers: more,
  fetch = globalThis.fetch,
}: GatewayOptions): GatewayHttp {
  const base = parseUrl(url);
  const canRenew = typeof token === "function";

  async function send(target: string, init: RequestInit, hasExpired: boolean): Promise<Response> {
    const current = await currentToken(token, { hasExpired, signal: init.signal ?? undefined });
    const headers = { ...more?.(), ...toRecord(init.headers), authorization: `Bearer ${current}` };
    return reach(base, init.signal, () => fetch(target, { ...init, headers }));
  }

  async function call(target: string, init: RequestInit): Promise<Answer> {
    const first = await ask(target, init, false);
    // What is refused for its token has not begun: it may be sent again, whatever it is.
    const { response, body } = canRenew && speaksOfExpiry(first.body) ? await ask(target, init, true) : first;
    if (!isApiAnswer(body)) throw findErrorIn(body) ?? notGateway(base, response.status);
    return { ok: response.ok, json: () => Promise.resolve(body) };
  }

  async function ask(target: string, init: RequestInit, hasExpired: boolean) {
    const response = await send(target, init, hasExpired);
    return { response, body: await readJson(response, init.signal) };
  }

  async function openStream(
    target: string,
    { signal, hasExpired }: StreamRequest,
  ): Promise<ReadableStream<Uint8Array>> {
    const response = await send(target, { signal, headers: { accept: "text/event-stream" } }, hasExpired);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
    if (response.ok && isStream && response.body) return response.body;
    throw findErrorIn(await readJson(response, signal)) ?? notGateway(base, response.status);
  }

  async function readJson(response: Response, signal: AbortSignal | null | undefined): Promise<unknown> {
    return parseJson(await reach(base, signal, () => response.text()));
  }

  return { base, canRenew, call, openStream };
}

/** What tRPC can read: a result or an error of its own, or a batch of them. */
function isApiAnswer(answer: unknown): boolean {
  const [first] = Array.isArray(answer) ? answer : [answer];
  if (typeof first !== "object" || first === null) return false;
  return "result" in first || typeof (first as { error?: { code?: unknown } }).error?.code === "number";
}

/** Of a batch, any. */
function speaksOfExpiry(answer: unknown): boolean {
  return [answer].flat().some((one) => isCcError(findErrorIn(one), "TOKEN_EXPIRED"));
}

function notGateway(base: string, status: number): CcError {
  const busy = status >= 500 || status === 429 || status === 408;
  return new CcError(
    busy ? "SERVER_UNREACHABLE" : "ROUTE_NOT_FOUND",
    `${base} answered with HTTP ${status} and not like a cc-docker gateway.`,
  );
}

async function reach<T>(base: string, signal: AbortSignal | null | undefined, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw isTimeout(error) ? silent(base, error) : unreachable(base, error);
  }
}

/** It took the call and said nothing. */
export function isTimeout(error: unknown): error is Error {
  return (error as { name?: unknown } | undefined)?.name === "TimeoutError";
}

function silent(base: string, cause: Error): CcError {
  const message = `The gateway at ${base} does not answer (${cause.message}): look at its log, and whether its process stands still. What was asked of it may still happen.`;
  return new CcError("SERVER_UNREACHABLE", message, { cause });
}

/** `fetch` says "fetch failed" and keeps the reason in its cause. */
export function unreachable(base: string, error: unknown): CcError {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  const reason = cause?.code ?? cause?.message ?? (error as Error).message;
  return new CcError("SERVER_UNREACHABLE", `No gateway can be reached at ${base} (${reason}).`, { cause: error });
}

async function currentToken(token: GatewayOptions["token"], request: TokenRequest): Promise<string> {
  const current = typeof token === "string" ? token : await askForToken(token, request);
  if (/^[\w.~+/=-]+$/.test(current)) return current;
  throw new CcError("TOKEN_INVALID", "The token is empty or has characters that no JWT has.");
}

async function askForToken(
  make: (request: TokenRequest) => string | Promise<string>,
  request: TokenRequest,
): Promise<string> {
  try {
    return await orAbort(async () => make(request), request.signal);
  } catch (error) {
    request.signal?.throwIfAborted();
    throw new CcError("TOKEN_MISSING", `No token could be had: ${(error as Error).message}`, { cause: error });
  }
}

function parseUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") {
    return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, "");
  }
  throw new CcError("CONFIG_INVALID", `"${url}" is not the URL of a gateway, such as http://127.0.0.1:8000.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In lower case, so that none is there twice. Without `Headers`: naming it has Node load its `fetch`, used or not. */
function toRecord(headers: RequestInit["headers"] = {}): Record<string, string> {
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(pairs.map(([name, value]) => [String(name).toLowerCase(), String(value)]));
}
