/** One connection to a session's events: the wire format of tRPC's subscriptions over SSE, read as it is consumed. */
import { CcError, type Event, MAX_LINK_LINE_BYTES } from "@cc-docker/protocol";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { findErrorIn } from "./client-error.ts";
import { type GatewayHttp, unreachable } from "./gateway-http.ts";

export type EventStreamOptions = {
  sessionId: string;
  /** The stream begins with the event after this `seq`. */
  after: number;
  signal: AbortSignal;
  /** The last token was refused as expired. */
  hasExpired: boolean;
  /** The gateway says something every 10 s; after this long without a byte the connection is dead. */
  silenceMs: number;
};

/**
 * Yields events and `"ping"`s until the gateway ends the stream. Leaving the generator closes the connection.
 * @throws CcError what the gateway said; SERVER_UNREACHABLE when the connection broke or fell silent
 */
export async function* openEventStream(
  http: GatewayHttp,
  { sessionId, after, signal, hasExpired, silenceMs }: EventStreamOptions,
): AsyncGenerator<Event | "ping", void, undefined> {
  const connection = new AbortController();
  const onAbort = () => connection.abort(signal.reason);
  signal.addEventListener("abort", onAbort);
  const heard = <T>(sign: Promise<T>) => within(silenceMs, sign, http.base);
  try {
    const url = `${http.base}/trpc/events.follow?input=${encodeURIComponent(JSON.stringify({ sessionId, lastEventId: after }))}`;
    const body = await heard(http.openStream(url, { signal: connection.signal, hasExpired }));
    for await (const message of readMessages(body, heard, http.base)) {
      const content = contentOf(message);
      if (content === "end") return;
      if (content !== "greeting") yield content;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    connection.abort();
  }
}

type Heard = <T>(sign: Promise<T>) => Promise<T>;

/** Reads a chunk only when every message of the one before was taken, so that a slow consumer slows the socket. */
async function* readMessages(
  body: ReadableStream<Uint8Array>,
  heard: Heard,
  base: string,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const messages: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (message) => messages.push(message),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw tooLong();
    },
    maxBufferSize: MAX_LINK_LINE_BYTES,
  });
  for (;;) {
    const { done, value } = await heard(
      reader.read().catch((error: unknown) => Promise.reject(unreachable(base, error))),
    );
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
    yield* messages.splice(0);
  }
}

function contentOf({ event, data }: EventSourceMessage): Event | "ping" | "greeting" | "end" {
  switch (event) {
    case undefined:
      return parseEvent(data);
    case "serialized-error":
      throw findErrorIn(JSON.parse(data)) ?? new CcError("INTERNAL", `The gateway reported ${data.slice(0, 200)}`);
    case "return":
      return "end";
    case "ping":
      return "ping";
    default:
      return "greeting";
  }
}

/** The gateway checked the event when it stored it; only what the cursor hangs on is looked at again. */
function parseEvent(data: string): Event {
  const event = JSON.parse(data) as Event;
  if (Number.isSafeInteger(event.seq)) return event;
  throw new CcError("INTERNAL", `The gateway sent ${data.slice(0, 200)} where an event was due.`);
}

/** Aborts nothing by itself: whoever leaves on the error closes the connection. */
async function within<T>(ms: number, sign: Promise<T>, base: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CcError("SERVER_UNREACHABLE", `${base} said nothing for ${ms / 1000} s.`)), ms);
  });
  try {
    return await Promise.race([sign, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLong(): CcError {
  return new CcError("INTERNAL", `The gateway sent an event of more than ${MAX_LINK_LINE_BYTES} characters.`);
}
