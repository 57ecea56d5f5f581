import type { Client } from "@cc-docker/client";
import type { Event, SessionId } from "@cc-docker/protocol";

const PAGE = 1000;

/** A session's events from the first to the newest there is now. */
export async function* readEvents(
  client: Client,
  sessionId: SessionId,
  signal: AbortSignal,
): AsyncGenerator<Event, void, undefined> {
  const { lastSeq } = await client.sessions.get.query({ sessionId }, { signal });
  let after = 0;
  while (after < lastSeq) {
    const { events } = await client.events.list.query({ sessionId, after, limit: PAGE }, { signal });
    yield* events;
    after = events.at(-1)?.seq ?? lastSeq;
  }
}
