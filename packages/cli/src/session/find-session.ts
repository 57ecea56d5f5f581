/** Sessions may be named by the beginning of their id. */
import type { Client } from "@cc-docker/client";
import { CcError, type SessionId, SessionId as SessionIdSchema } from "@cc-docker/protocol";
import { listSessions } from "./list-sessions.ts";

const SHORTEST_PREFIX = 4;
const MOST_NAMED = 5;

/** @throws CcError SESSION_NOT_FOUND, REQUEST_INVALID when the name is too short or fits several sessions */
export async function findSessions(
  client: Client,
  names: readonly string[],
  signal: AbortSignal,
): Promise<SessionId[]> {
  const whole = names.map((name) => SessionIdSchema.safeParse(name.toLowerCase()).data);
  const known = whole.every((id) => id !== undefined)
    ? []
    : (await listSessions(client, { signal })).map(({ id }) => id);
  return names.map((name, index) => whole[index] ?? pickSession(known, name));
}

export async function findSession(client: Client, name: string, signal: AbortSignal): Promise<SessionId> {
  const [id] = await findSessions(client, [name], signal);
  return id as SessionId;
}

/** Pure; see `findSessions`. */
export function pickSession(known: readonly SessionId[], name: string): SessionId {
  if (name.length < SHORTEST_PREFIX)
    throw new CcError(
      "REQUEST_INVALID",
      `"${name}" is too short for a session: give ${SHORTEST_PREFIX} characters or more.`,
    );
  const fitting = known.filter((id) => id.startsWith(name.toLowerCase()));
  const [first, second] = fitting;
  if (first === undefined) throw new CcError("SESSION_NOT_FOUND", `None of your sessions begins with "${name}".`);
  if (second === undefined) return first;
  const some = fitting.slice(0, MOST_NAMED).join(", ");
  throw new CcError("REQUEST_INVALID", `"${name}" fits ${fitting.length} sessions: ${some}.`);
}
