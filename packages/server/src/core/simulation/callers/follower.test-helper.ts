/** Follows a session's log from a cursor, over breaks of its own and of gateways, and keeps what it saw. */
import { isCcError, type SessionId } from "@cc-docker/protocol";
import type { EventRow } from "../../core.ts";
import type { Gateway, Gateways } from "../world/gateways.test-helper.ts";
import { Gone } from "../world/life.test-helper.ts";
import type { World } from "../world/world.test-helper.ts";

export type Follower = {
  sessionId: SessionId;
  after: number;
  seen: EventRow[];
  /** It was told that the session is gone. */
  readonly hasEnded: boolean;
  /** Its connection breaks; it comes back with its cursor. */
  break(): void;
};

export function startFollower(
  world: World,
  gateways: Gateways,
  { sessionId, owner, after }: { sessionId: SessionId; owner: string; after: number },
): Follower {
  const { clock, defects } = world;
  const random = world.random("followers");
  const seen: EventRow[] = [];
  let connection = new AbortController();
  let hasEnded = false;

  async function follow(): Promise<void> {
    while (!hasEnded) {
      const gateway = gateways.up[random.between(0, Math.max(0, gateways.up.length - 1))];
      if (gateway) await readFrom(gateway).catch(onBreak);
      await clock.sleep(random.between(0, 800));
    }
  }

  async function readFrom({ core, life }: Gateway): Promise<void> {
    connection = new AbortController();
    const cursor = seen.at(-1)?.seq ?? after;
    const pages = core.events.follow({ owner, sessionId, after: cursor, signal: connection.signal });
    for (;;) {
      const { value, done } = await life.ask(() => pages.next());
      if (done) return;
      if (connection.signal.aborted) return; // sent, but never received
      seen.push(...value);
      if (random.next() < 0.2) await clock.sleep(random.between(0, 300)); // slow
    }
  }

  function onBreak(error: unknown): void {
    if (isCcError(error, "SESSION_NOT_FOUND")) hasEnded = true;
    else if (!(error instanceof Gone) && !isCcError(error, "STORE_UNAVAILABLE"))
      defects.push(`a follower failed: ${error instanceof Error ? error.stack : String(error)}`);
  }

  void follow();
  return {
    sessionId,
    after,
    seen,
    get hasEnded() {
      return hasEnded;
    },
    break: () => connection.abort(),
  };
}
