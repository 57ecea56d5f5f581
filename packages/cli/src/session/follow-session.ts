import type { Client } from "@cc-docker/client";
import type { CcError, Event, SessionId } from "@cc-docker/protocol";

export type FollowSession = {
  sessionId: SessionId;
  signal: AbortSignal;
  /** Told when the gateway cannot be reached, once for each time. */
  onAway: (message: string) => void;
  giveUpAfterMs?: number;
};

/** A session's events from the first on, until `signal`. */
export async function* followSession(
  client: Client,
  { onAway, ...options }: FollowSession,
): AsyncGenerator<Event, void, undefined> {
  let isAway = false;
  const onReconnect = ({ message }: CcError) => {
    if (!isAway) onAway(`${message} Trying again.`);
    isAway = true;
  };
  for await (const event of client.followEvents({ ...options, onReconnect })) {
    isAway = false;
    yield event;
  }
}
