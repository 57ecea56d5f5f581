import type { Client } from "@cc-docker/client";
import type { CcError, Event, SessionId } from "@cc-docker/protocol";
import type { Io } from "../io.ts";
import { printableLine } from "../output/printable.ts";

export type FollowSession = { sessionId: SessionId; giveUpAfterMs?: number };

/** A session's events from the first on; says on stderr when the gateway is away, once for each time. */
export async function* followSession(
  client: Client,
  options: FollowSession,
  { stderr, signal }: Io,
): AsyncGenerator<Event, void, undefined> {
  let isAway = false;
  const onReconnect = ({ message }: CcError) => {
    if (!isAway) void stderr.write(stderr.dim(`— ${printableLine(message)} Trying again.\n`));
    isAway = true;
  };
  for await (const event of client.followEvents({ ...options, signal, onReconnect })) {
    isAway = false;
    yield event;
  }
}
