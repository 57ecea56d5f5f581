/** From what a person types to a session's id. */
import type { Client } from "@cc-docker/client";
import type { SessionId } from "@cc-docker/protocol";
import { listSessions } from "./list-sessions.ts";
import { isWholeId, pickId } from "./pick-id.ts";

const KIND = { noun: "session", notFound: "SESSION_NOT_FOUND" } as const;

/** @throws CcError SESSION_NOT_FOUND, REQUEST_INVALID when a name is too short or fits several sessions */
export async function findSessions(
  client: Client,
  names: readonly string[],
  signal: AbortSignal,
): Promise<SessionId[]> {
  const known = names.every(isWholeId) ? [] : (await listSessions(client, { signal })).map(({ id }) => id);
  return names.map((name) => (isWholeId(name) ? (name.toLowerCase() as SessionId) : pickId(known, name, KIND)));
}

/** See `findSessions`. */
export async function findSession(client: Client, name: string, signal: AbortSignal): Promise<SessionId> {
  const [id] = await findSessions(client, [name], signal);
  return id as SessionId;
}
