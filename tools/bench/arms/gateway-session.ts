/** A session of ours, as a client sees it: prompts in through the API, events out of the stream it follows. */
import type { Client, Event, SessionConfig } from "@cc-docker/client";
import { endsTurn } from "@cc-docker/client";
import { withinSample } from "../or-abort.ts";
import { isText } from "./watch-events.ts";

export type GatewaySession = AsyncDisposable & {
  id: string;
  /** Milliseconds from the call (or from `startedAt`) to the first token. Resolves when the turn has ended. */
  turn(prompt: string, startedAt?: number): Promise<number>;
};

export async function openGatewaySession(
  client: Client,
  signal: AbortSignal,
  config: SessionConfig = {},
): Promise<GatewaySession> {
  const { id } = await client.sessions.create.mutate({ config });
  const watch = watchSession({ client, sessionId: id });

  async function turn(prompt: string, startedAt = performance.now()): Promise<number> {
    const answer = watch.begin();
    await Promise.all([
      client.chat.send.mutate({ sessionId: id, prompt }, { signal }),
      withinSample(answer.ended, signal),
    ]);
    return answer.firstTokenAt() - startedAt;
  }

  async function remove(): Promise<void> {
    watch.stop();
    if (!signal.aborted) await client.sessions.delete.mutate({ sessionId: id }); // else the gateway's own end does it
  }

  return { id, turn, [Symbol.asyncDispose]: remove };
}

function watchSession({ client, sessionId }: { client: Client; sessionId: string }) {
  const stopping = new AbortController();
  let firstTokenAt = Number.NaN;
  let answer = Promise.withResolvers<void>();
  answer.promise.catch(() => undefined);

  function take(event: Event): void {
    if (Number.isNaN(firstTokenAt) && isText(event)) firstTokenAt = performance.now();
    if (event.type === "turn.completed") answer.resolve();
    else if (endsTurn(event.type) || event.type === "session.failed")
      answer.reject(new Error(`the turn ended badly: ${JSON.stringify(event).slice(0, 1000)}`));
  }

  async function follow(): Promise<void> {
    for await (const event of client.followEvents({ sessionId, signal: stopping.signal })) take(event);
  }

  function begin() {
    firstTokenAt = Number.NaN;
    answer = Promise.withResolvers();
    return { ended: answer.promise, firstTokenAt: () => firstTokenAt };
  }

  follow().catch((error: unknown) => answer.reject(error as Error));
  return { begin, stop: () => stopping.abort() };
}
