/** Every procedure, over HTTP and over a WebSocket. */
import type { AppRouter } from "@cc-docker/server";
import { askOverSocket } from "../ask-socket.ts";
import { hideIds, type Ids, namesIn, type Way } from "./everything.ts";

type PathsOf<Routes> = {
  [Name in keyof Routes & string]: Routes[Name] extends { _def: { procedure: true } }
    ? Name
    : `${Name}.${PathsOf<Routes[Name]>}`;
}[keyof Routes & string];
type Kind = "query" | "mutation" | "subscription";
type Call = { kind: Kind; input?: (ids: Ids) => object };

const onSession = (kind: Kind): Call => ({ kind, input: ({ sessionId }) => ({ sessionId }) });
const onTurn = (kind: Kind): Call => ({ kind, input: ({ sessionId, turnId }) => ({ sessionId, turnId }) });
const withPrompt: Call = {
  kind: "mutation",
  input: ({ sessionId }) => ({ sessionId, prompt: "say: x", idempotencyKey: "k" }),
};

type Path = Exclude<PathsOf<AppRouter["_def"]["record"]>, "system.health">;

/** A procedure that is missing here does not compile. */
const CALLS: Readonly<Record<Path, Call>> = {
  "sessions.create": { kind: "mutation" },
  "sessions.list": { kind: "query" },
  "sessions.get": onSession("query"),
  "sessions.stats": onSession("query"),
  "sessions.fork": onTurn("mutation"),
  "sessions.update": { kind: "mutation", input: ({ sessionId }) => ({ sessionId, name: "mine" }) },
  "sessions.pause": onSession("mutation"),
  "sessions.resume": onSession("mutation"),
  "sessions.stop": onSession("mutation"),
  "sessions.delete": onSession("mutation"),
  "chat.send": withPrompt,
  "chat.ask": withPrompt,
  "chat.interrupt": onTurn("mutation"),
  "chat.get": onTurn("query"),
  "approvals.list": onSession("query"),
  "approvals.get": { kind: "query", input: ({ approvalId }) => ({ approvalId }) },
  "approvals.answer": { kind: "mutation", input: ({ approvalId }) => ({ approvalId, decision: "allow" }) },
  "events.follow": onSession("subscription"),
  "events.list": onSession("query"),
  "audit.list": { kind: "query" },
  "system.limits": { kind: "query" },
};

/** @param url where the gateway is */
export function procedureWays(url: string): Way[] {
  return calls().map((call) => ({
    name: call.path,
    names: namesIn((ids) => JSON.stringify(call.input(ids))),
    refused: call.kind === "subscription" ? 200 : 401, // a stream says in itself why it ends
    ask: (ids, token) => askHttp(url, call, ids, token),
  }));
}

/** The same over `/trpc`, where who asks is told with each call. */
export function socketWays(url: string): Way[] {
  return calls().map((call) => ({
    name: `${call.path} over a WebSocket`,
    names: namesIn((ids) => JSON.stringify(call.input(ids))),
    ask: (ids, token) => askSocket(url, call, ids, token),
  }));
}

function calls(): Asked[] {
  return Object.entries(CALLS).map(([path, { kind, input }]) => ({ path, kind, input: (ids) => input?.(ids) ?? {} }));
}

type Asked = { path: string; kind: Kind; input(ids: Ids): object };

async function askHttp(base: string, { path, kind, input }: Asked, ids: Ids, token: string | undefined) {
  const isPost = kind === "mutation";
  const url = new URL(`/trpc/${path}`, base);
  const text = JSON.stringify(input(ids));
  if (!isPost) url.searchParams.set("input", text);
  const response = await fetch(url, {
    method: isPost ? "POST" : "GET",
    headers: {
      "content-type": "application/json",
      "x-request-id": "same",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(isPost && { body: text }),
  });
  const { status, headers } = response;
  return { status, type: headers.get("content-type"), body: hideIds(await response.text(), ids) };
}

async function askSocket(url: string, { path, kind, input }: Asked, ids: Ids, token: string | undefined) {
  const message = JSON.stringify({ id: 1, method: kind, params: { path, input: input(ids) } });
  const [answer = ""] = await askOverSocket({
    url,
    authorization: token ? `Bearer ${token}` : "",
    messages: [message],
  });
  return { body: hideIds(answer, ids) };
}
