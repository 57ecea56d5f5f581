/** What passes of the headers of model calls and their answers, and what the gateway puts in. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** How the model's service knows us: an API key, or the bearer token of a subscription. */
export type Credential = { kind: "api-key" | "oauth"; reveal(): string };

/** Headers that belong to one connection or to the caller's idea of a credential. */
const DROPPED_HEADERS = new Set([
  "authorization",
  "x-api-key",
  "cookie",
  "host",
  "connection",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);
const DROPPED_ANSWER_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding", "set-cookie"]);
const OAUTH_BETA = "oauth-2025-04-20";

/** The caller's headers without its connection and its idea of a credential, with ours. */
export function requestHeaders(
  given: IncomingHttpHeaders,
  credential: Credential | undefined,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !DROPPED_HEADERS.has(name)) headers[name] = value;
  }
  if (credential?.kind === "api-key") headers["x-api-key"] = credential.reveal();
  if (credential?.kind === "oauth") {
    headers["authorization"] = `Bearer ${credential.reveal()}`;
    headers["anthropic-beta"] = [headers["anthropic-beta"], OAUTH_BETA].filter(Boolean).join(",");
  }
  return headers;
}

/** A wrong credential stays wrong: without this word the agent repeats the call for minutes. */
export function answerHeaders({ statusCode, headers }: IncomingMessage): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !DROPPED_ANSWER_HEADERS.has(name),
  );
  const final = statusCode === 401 || statusCode === 403;
  return {
    ...(Object.fromEntries(kept) as Record<string, string | string[]>),
    ...(final && { "x-should-retry": "false" }),
  };
}

/** An answer that has begun cannot say any more how it is packed, and what it tells of tokens is to be read. */
export function uncompressed(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return { ...headers, "accept-encoding": "identity" };
}
