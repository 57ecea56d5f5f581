/** What sessions are about, for lists: their names, else what they were asked first. */
import type { Client } from "@cc-docker/client";
import type { Event, Session, SessionId } from "@cc-docker/protocol";

/** Enough for the first prompt. */
export const FIRST_EVENTS = 10;
export const MAX_TITLE_CHARS = 200;
/** Each of them is asked for by itself: older ones without a name have no title. */
const MOST_LOOKED_AT = 100;

/** A session that is gone meanwhile has no title. */
export async function readTitles(
  client: Client,
  sessions: readonly Session[],
  signal: AbortSignal,
): Promise<Map<SessionId, string>> {
  const titles = new Map(sessions.flatMap(({ id, name }) => (name === undefined ? [] : [[id, name] as const])));
  const others = sessions.filter(({ id }) => !titles.has(id)).slice(0, MOST_LOOKED_AT);
  await Promise.allSettled(
    others.map(async ({ id: sessionId }) => {
      const { events } = await client.events.list.query({ sessionId, limit: FIRST_EVENTS }, { signal });
      titles.set(sessionId, firstPrompt(events));
    }),
  );
  return titles;
}

/** Empty where there is none among them. */
export function firstPrompt(events: readonly Event[]): string {
  const queued = events.find(({ type }) => type === "turn.queued");
  const { prompt } = (queued?.data ?? {}) as { prompt?: unknown };
  return typeof prompt === "string" ? prompt.slice(0, MAX_TITLE_CHARS) : "";
}
