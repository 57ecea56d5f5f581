/** A session's events while a chat is open: shown as they come, and told of to who waits for them. */
import type { Client } from "@cc-docker/client";
import { type Event, endsTurn, type SessionId } from "@cc-docker/protocol";
import { followSession } from "../session/follow-session.ts";

export type SessionWatch = {
  /** The event that ends the turn. @throws the reason of the watch's signal */
  endOf(turnId: string): Promise<Event>;
};

type Deps = {
  client: Client;
  sessionId: SessionId;
  /** Events up to this `seq` are known. */
  after: number;
  signal: AbortSignal;
  giveUpAfterMs?: number;
  show: (event: Event) => Promise<void>;
  onAway: (message: string) => void;
  /** The session cannot be followed any more. */
  onFailure: (error: unknown) => void;
};

export function watchSession({ show, onFailure, ...follow }: Deps): SessionWatch {
  const { client, signal } = follow;
  const waiting = new Map<string, (end: Event) => void>();
  /** Ends that came before somebody waited for them: the answer to a prompt may be later than its turn's end. */
  const ends = new Map<string, Event>();

  async function watch(): Promise<void> {
    for await (const event of followSession(client, follow)) {
      await show(event);
      if (event.turnId === undefined || !endsTurn(event.type)) continue;
      const resolve = waiting.get(event.turnId);
      if (resolve) resolve(event);
      else ends.set(event.turnId, event);
    }
  }

  async function endOf(turnId: string): Promise<Event> {
    const known = ends.get(turnId);
    ends.clear(); // the others are nobody's here
    if (known) return known;
    const { promise, resolve, reject } = Promise.withResolvers<Event>();
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail);
    waiting.set(turnId, resolve);
    return promise.finally(() => {
      waiting.delete(turnId);
      signal.removeEventListener("abort", fail);
    });
  }

  watch().catch(onFailure);
  return { endOf };
}
