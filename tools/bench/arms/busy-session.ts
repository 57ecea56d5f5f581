/** A session whose agent never rests once it is put to work, and who follows it. */
import { type Client, type Event, endsTurn } from "@cc-docker/client";
import { withinSample } from "../or-abort.ts";
import { isText } from "./watch-events.ts";

export type BusySession = {
  id: string;
  /** From now on it has a prompt at any time. */
  begin(): void;
  /** When the newest event arrived. */
  heardAt(): number;
  /** Events that the subscriber got at other than their turn. */
  misplaced(): number;
  /** Has had a word of the model. */
  isSpeaking(): boolean;
  /** Sends no more prompts. Resolves when all are answered and their ends have arrived. */
  finish(): Promise<void>;
};

export type OpenBusySession = { client: Client; prompt: string; signal: AbortSignal };

export async function openBusySession({ client, prompt, signal }: OpenBusySession): Promise<BusySession> {
  const { id: sessionId } = await client.sessions.create.mutate({}, { signal });
  let [seq, misplaced, heardAt, speaking, finishing] = [0, 0, 0, false, false];
  let ended = Promise.withResolvers<Event>();
  let working: Promise<void> | undefined;
  const ready = Promise.withResolvers<void>();

  function take(event: Event): void {
    if (event.seq !== seq + 1) misplaced += 1;
    [seq, heardAt] = [event.seq, performance.now()];
    speaking ||= isText(event);
    if (event.type === "session.idle") ready.resolve();
    if (event.type === "session.failed") fail(new Error(`the session failed: ${JSON.stringify(event.data)}`));
    if (endsTurn(event.type)) ended.resolve(event);
  }

  function fail(error: unknown): void {
    ready.reject(error);
    ended.reject(error);
  }

  async function follow(): Promise<void> {
    for await (const event of client.followEvents({ sessionId, signal })) take(event);
  }

  async function prompts(): Promise<void> {
    while (!finishing) {
      ended = Promise.withResolvers();
      await client.chat.send.mutate({ sessionId, prompt }, { signal });
      const end = await ended.promise;
      if (end.type !== "turn.completed") throw new Error(`a turn ended badly: ${JSON.stringify(end).slice(0, 1000)}`);
    }
  }

  function begin(): void {
    working = prompts();
    working.catch(() => undefined); // told by `finish`
  }

  ended.promise.catch(() => undefined); // told by whom it keeps waiting
  follow().catch(fail);
  await withinSample(ready.promise, signal);
  return {
    id: sessionId,
    begin,
    heardAt: () => heardAt,
    misplaced: () => misplaced,
    isSpeaking: () => speaking,
    finish: async () => {
      finishing = true;
      await working;
    },
  };
}
