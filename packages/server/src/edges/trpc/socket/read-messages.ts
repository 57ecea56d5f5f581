/** What a `wsLink` sends: its connection params first, then calls, one or several in a message. */
import { TRPCError } from "@trpc/server";
import { parseTRPCMessage, type TRPCClientOutgoingMessage } from "@trpc/server/rpc";
import { parseJson, recordOf } from "../../../lib/json.ts";
import { rootRouter } from "../root-router.ts";

export type Id = number | string;
export type Message = TRPCClientOutgoingMessage & { id: Id };
/** What is wrong with it; with its id, as far as it has one. */
export type Unreadable = { id: Id | null; error: TRPCError };

const MAX_ID_LENGTH = 200;
const MAX_PATH_LENGTH = 200;

type Hello = { authorization: string | undefined; traceparent?: string };

/** @returns what is to be taken for the headers of these names; nothing where there is nothing of the kind */
export function readHello(text: string): Hello {
  const { method, data } = recordOf(parseJson(text));
  const { authorization, traceparent } = method === "connectionParams" ? recordOf(data) : {};
  return {
    authorization: typeof authorization === "string" ? authorization : undefined,
    ...(typeof traceparent === "string" && { traceparent }),
  };
}

/**
 * Of any number: a client that comes back sends all its subscriptions as one. Each is read when it is its turn, and
 * none after one that cannot be read: a short text may hold very much of that.
 */
export function* readMessages(text: string): Generator<Message | Unreadable, void, undefined> {
  const given = parseJson(text);
  for (const one of Array.isArray(given) ? (given as unknown[]) : [given]) {
    const read = readMessage(one);
    yield read;
    if ("error" in read) return;
  }
}

function readMessage(given: unknown): Message | Unreadable {
  const id = idOf(given);
  if (given === undefined) return unreadable(id, "The message is not JSON.");
  if (id === null) return unreadable(id, "id: must be a number or a text of at most 200 characters");
  try {
    const message = parseTRPCMessage(given, rootRouter._def._config.transformer);
    if (message.method !== "subscription.stop" && message.params.path.length > MAX_PATH_LENGTH)
      return unreadable(id, `path: has more than ${MAX_PATH_LENGTH} characters`);
    return { ...message, id };
  } catch (cause) {
    return unreadable(id, `The message is no call: ${cause instanceof Error ? cause.message : "it cannot be read"}.`);
  }
}

function unreadable(id: Id | null, message: string): Unreadable {
  return { id, error: new TRPCError({ code: "PARSE_ERROR", message }) };
}

function idOf(given: unknown): Id | null {
  const { id } = recordOf(given);
  const isId = typeof id === "number" || (typeof id === "string" && id.length <= MAX_ID_LENGTH);
  return isId ? id : null;
}
