/** What a row of the table says. */
import type { ErrorCode } from "@cc-docker/protocol";
import type { z } from "zod";

/** Where REST is; paths of the rows are below it. */
export const REST_PREFIX = "/api/v1";
/** A session's WebSocket, below it: no row of the table, which is of requests and answers. */
export const SOCKET_PATH = "/sessions/{session_id}/stream";

export type Input = Readonly<Record<string, unknown>>;

/** One way a request is answered. */
export type Answer = {
  /** The procedure, by its path in the router. */
  call: string;
  status: 200 | 201 | 202 | 204;
  /** What the body holds, in the API's own names; no body when absent. */
  schema?: z.ZodType;
  /**
   * From what the procedure returned, of a stream from each of its events, to what `schema` says; the same when absent.
   * `input`: what it was called with. `socketsAt`: where the caller finds the gateway's WebSockets, as `ws://HOST`.
   */
  shape?(answer: never, input: Input, own: Input, socketsAt: string): unknown;
  /** Where the thing that was made is found. */
  location?(answer: never): string;
  /** Another status for what the procedure returned. */
  statusOf?(answer: never): number;
};

/** A request as a person would make it. */
export type Example = {
  title?: string;
  query?: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
};

export type Route = Answer & {
  id: string;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /**
   * Below /api/v1. What stands in braces is a field of the procedure's input; the other fields come in the query of a
   * GET or DELETE and else in the body.
   */
  path: `/${string}`;
  tag: Tag;
  summary: string;
  /** Refusals of its own; those that any request may meet are not listed. */
  errors: readonly ErrorCode[];
  /** Fields of query or body that are REST's own: the procedure does not get them. */
  own?: z.ZodObject;
  /** Adds what the caller left out. */
  prepare?(input: Input): Input;
  /** For requests with these fields of its own. */
  instead?: Answer & { when(own: Input): boolean };
  /** The answer does not end: events, as they come. */
  streams?: true;
  /** For who has no token, too. */
  isPublic?: true;
  examples: readonly [Example, ...Example[]];
};

export type Tag = "sessions" | "chat" | "events" | "approvals" | "audit" | "system";

/** Whether fields come in the body; else in the query. */
export function hasBody({ method }: Pick<Route, "method">): boolean {
  return method === "POST" || method === "PATCH";
}

/** `{session_id}` … of the path. */
export function pathNames({ path }: Pick<Route, "path">): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}
