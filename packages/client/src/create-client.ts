import type { Event } from "@cc-docker/protocol";
import { createTRPCUntypedClient } from "@trpc/client";
import type {
  ApprovalCalls,
  AuditCalls,
  CallOptions,
  ChatCalls,
  EventCalls,
  SessionCalls,
  SystemCalls,
} from "./api.ts";
import { createCaller } from "./call.ts";
import { type FollowOptions, followEvents } from "./follow-events.ts";
import { createGatewayHttp, type GatewayOptions } from "./gateway-http.ts";
import { createLink } from "./links.ts";

/**
 * The gateway's API. Calls are `client.<noun>.<verb>.query(input)` or `.mutate(input)`, as the router defines them,
 * with `{ signal }` as their last argument. What they throw is a CcError of the error table; an aborted call rejects
 * with the signal's reason. A lost connection is SERVER_UNREACHABLE.
 */
export type Client = {
  sessions: SessionCalls;
  /**
   * `send` resolves when the prompt is accepted and on disk, `ask` when its turn has ended. Both, and `sessions.create`
   * and `sessions.fork`, survive a broken connection or a restart of the gateway for some 12 s by being sent again
   * under the same idempotency key: the prompt runs once, the session is made once.
   */
  chat: ChatCalls;
  approvals: ApprovalCalls;
  events: EventCalls;
  audit: AuditCalls;
  system: SystemCalls;
  /**
   * Every event of a session with `seq > after` in order, each once, then those to come, until `signal` aborts (the
   * generator ends) or the session is deleted. Goes on by itself from the last event it yielded when the connection
   * drops, the gateway restarts or answers 5xx, or nothing arrives for 30 s; after a refusal that says when to come
   * back (REQUEST_LIMIT_REACHED), then. Reads no faster than its consumer: one
   * chunk of the stream is held at a time.
   * @throws CcError of the 4xx kind (SESSION_NOT_FOUND, …; TOKEN_EXPIRED when a token function, asked once more, gives
   *   one that has expired too); the last failure after `giveUpAfterMs`;
   *   INTERNAL when the gateway keeps failing, or leaves out an event, five times without progress
   */
  followEvents(options: FollowOptions): AsyncGenerator<Event, void, undefined>;
};

/**
 * A client of one gateway. Nothing is opened before the first call and nothing is to be closed.
 * @throws CcError CONFIG_INVALID when `url` is not an http(s) URL
 */
export function createClient(options: GatewayOptions): Client {
  const http = createGatewayHttp(options);
  const call = createCaller(createTRPCUntypedClient({ links: [createLink(http)] }));
  return {
    sessions: callsBelow("sessions", call) as Client["sessions"],
    chat: callsBelow("chat", call) as Client["chat"],
    approvals: callsBelow("approvals", call) as Client["approvals"],
    events: callsBelow("events", call) as Client["events"],
    audit: callsBelow("audit", call) as Client["audit"],
    system: callsBelow("system", call) as Client["system"],
    followEvents: (follow) => followEvents(http, follow),
  };
}

type Call = ReturnType<typeof createCaller>;

/** `sessions.create.mutate(input)` becomes `call("mutation", "sessions.create", input)`; the router has the types. */
function callsBelow(path: string, call: Call): unknown {
  const verbs = {
    query: (input: unknown, options?: CallOptions) => call("query", path, input, options),
    mutate: (input: unknown, options?: CallOptions) => call("mutation", path, input, options),
  };
  return new Proxy(verbs, {
    get: (target, name) => {
      if (typeof name === "symbol" || name === "then") return undefined;
      return Object.hasOwn(target, name) ? Reflect.get(target, name) : callsBelow(`${path}.${name}`, call);
    },
  });
}
