/** Where clients may ask for a WebSocket, what they say when they do, and why the gateway closes one. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { CcError } from "@cc-docker/protocol";
import { inRequest } from "../lib/request-scope.ts";
import type { TextSocket } from "../lib/text-socket.ts";
import { callerOf } from "./authenticate.ts";
import { newRequestId, scopeOf } from "./request-ids.ts";

/** What a client asks for when it opens a socket. */
export type Knock = {
  /** What stands where the door's path has braces. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  authorization: string | undefined;
  /** The place in a trace of all that is asked for on the socket, as far as its client names one. */
  traceparent: string | undefined;
  /** Runs what is asked for on the socket as a request with an id of its own. */
  asRequest<T>(work: () => T): T;
  /** Aborted when the connection is over, also when it never became a socket. */
  gone: AbortSignal;
};
/** @returns what waits until nothing is owed to the peer any more; called when the gateway stops */
export type Serve = (socket: TextSocket) => () => Promise<unknown>;
export type Door = {
  /** Where it is. What stands in braces is any one part: `/api/v1/sessions/{session_id}/stream`. */
  path: `/${string}`;
  /** @throws CcError that the client is refused with */
  enter(knock: Knock): Promise<Serve>;
};

/**
 * Why the gateway closes a socket: the codes of RFC 6455, and from 4400 on our own, by the HTTP status they stand for.
 * The table of docs/api.md is made from these rows.
 */
export const CLOSE = {
  stopping: { code: 1001, reason: "The gateway stops.", todo: "Open another one: the gateway is back in a moment." },
  binary: { code: 1003, reason: "Messages are text.", todo: "Send JSON as text." },
  tooLarge: { code: 1009, reason: "A message has more than 4 MiB.", todo: "Send less in one message." },
  defect: { code: 1011, reason: "Something went wrong inside the gateway.", todo: "Open another one and go on." },
  tokenOver: { code: 4401, reason: "There is no valid token.", todo: "Open another one with a new token." },
  sessionGone: { code: 4404, reason: "The session was deleted.", todo: "Nothing: there is no more to come." },
  tooMany: {
    code: 4429,
    reason: "You have as many WebSockets open as you may.",
    todo: "Close those that nobody uses.",
  },
} as const satisfies Record<string, { code: number; reason: string; todo: string }>;

export function closeFor(socket: TextSocket, { code, reason }: (typeof CLOSE)[keyof typeof CLOSE]): void {
  socket.close(code, reason);
}

/** The name of the subprotocol by which a browser hands over its token: `new WebSocket(url, ["bearer", TOKEN])`. */
export const BEARER = "bearer";

export function findDoor(doors: readonly Door[], url: string): Door | undefined {
  const path = pathOf(url);
  return doors.find((door) => matchPath(door, path) !== undefined);
}

export function readKnock(
  { path }: Door,
  { url = "", headers, socket: { remoteAddress } }: IncomingMessage,
  gone: AbortSignal,
): Knock {
  return {
    params: matchPath({ path }, pathOf(url)) ?? {},
    query: new URLSearchParams(url.slice(pathOf(url).length)),
    authorization: authorizationOf(headers),
    traceparent: callerOf(headers).traceparent,
    asRequest: (work) => inRequest(scopeOf(newRequestId(), remoteAddress), work),
    gone,
  };
}

export function noDoor(url: string): CcError {
  return new CcError("ROUTE_NOT_FOUND", `There is no WebSocket at ${pathOf(url).slice(0, 200)}.`);
}

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}

function matchPath({ path }: Pick<Door, "path">, given: string): Record<string, string> | undefined {
  const parts = path.split("/");
  const found = given.split("/");
  const isField = (part: string) => part.startsWith("{");
  if (found.length !== parts.length) return undefined;
  if (!parts.every((part, at) => (isField(part) ? found[at] !== "" : part === found[at]))) return undefined;
  return Object.fromEntries(parts.flatMap((part, at) => (isField(part) ? [[part.slice(1, -1), found[at] ?? ""]] : [])));
}

/** The query is no place for a token: it ends up in logs and histories. */
function authorizationOf({ authorization, "sec-websocket-protocol": offered = "" }: IncomingHttpHeaders) {
  if (authorization !== undefined) return authorization;
  const [name, token] = offered.split(",").map((part) => part.trim());
  return name === BEARER && token ? `Bearer ${token}` : undefined;
}
