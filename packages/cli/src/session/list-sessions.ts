import type { Client } from "@cc-docker/client";
import type { Session, SessionStatus } from "@cc-docker/protocol";

const PAGE = 200;

/** All of the caller's sessions, newest first; `workspacePath`: only those that work there, by its real path. */
export async function listSessions(
  client: Client,
  { signal, ...filter }: { status?: SessionStatus | undefined; workspacePath?: string; signal: AbortSignal },
): Promise<Session[]> {
  const found: Session[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.sessions.list.query({ limit: PAGE, cursor, ...filter }, { signal });
    found.push(...page.sessions);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}
