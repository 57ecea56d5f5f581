/** From what a person types to a session's id. */
import type { Client } from "@cc-docker/client";
import { type SessionId, SessionId as SessionIdSchema } from "@cc-docker/protocol";
import { listSessions } from "./list-sessions.ts";
import { pickId } from "./pick-id.ts";

const KIND = { noun: "session", notFound: "SESSION_NOT_FOUND" } as const;

/** @throws CcError SESSION_NOT_FOUND, REQUEST_INVALID when a name is too short or fits several sessions */
export async function findSessions(
  client: Client,
  names: readonly string[],
  signal: AbortSignal,
): Promise<SessionId[]> {
  const whole = names.map((name) => SessionIdSchema.safeParse(name.toLowerCase()).data);
  const known = whole.every((id) => id !== undefined)
    ? []
    : (await listSessions(client, { signal })).map(({ id }) => id);
  return names.map((name, index) => whole[index] ?? pickId(known, name, KIND));
}

/** See `findSessions`. */
export async function findSession(client: Client, name: string, signal: AbortSignal): Promise<SessionId> {
  const [id] = await findSessions(client, [name], signal);
  return id as SessionId;
}
