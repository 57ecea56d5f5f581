import type { Client, Event } from "@cc-docker/client";
import { withinSample } from "../or-abort.ts";

export type EventWatch = Disposable & {
  /** The next event of that kind from now on. To be called before what brings it about. */
  next(isIt: (event: Event) => boolean): Promise<Event>;
};

type Waiting = { isIt: (event: Event) => boolean; resolve: (event: Event) => void; reject: (error: unknown) => void };

/** A session's events as a client follows them, to wait for this or that. */
export function watchEvents(client: Client, sessionId: string, signal: AbortSignal): EventWatch {
  const leaving = new AbortController();
  let waiting: Waiting[] = [];

  function take(event: Event): void {
    const due = waiting.filter(({ isIt }) => isIt(event));
    waiting = waiting.filter((one) => !due.includes(one));
    for (const { resolve } of due) resolve(event);
  }

  async function follow(): Promise<void> {
    for await (const event of client.followEvents({ sessionId, signal: leaving.signal })) take(event);
  }

  function next(isIt: Waiting["isIt"]): Promise<Event> {
    const { promise, resolve, reject } = Promise.withResolvers<Event>();
    waiting.push({ isIt, resolve, reject });
    const inTime = withinSample(promise, signal);
    inTime.catch(() => undefined); // whoever waits is told
    return inTime;
  }

  follow().catch((error: unknown) => waiting.forEach(({ reject }) => reject(error)));
  return { next, [Symbol.dispose]: () => leaving.abort() };
}

export function isText({ type, data }: Event): boolean {
  if (type !== "agent.stream_event") return false;
  return (data as { event?: { delta?: { type?: string } } }).event?.delta?.type === "text_delta";
}
