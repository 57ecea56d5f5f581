/** The prompts of a chat, one turn at a time. */
import type { Client } from "@cc-docker/client";
import { type Event, isCcError, type SessionId, type Turn } from "@cc-docker/protocol";
import type { SessionWatch } from "./watch-session.ts";

export type Prompter = {
  /** @returns the event that ends the prompt's turn. @throws CcError what the gateway refuses; the reason of the signal */
  send(prompt: string): Promise<Event>;
  isBusy(): boolean;
  /** Has the running turn end early. @throws CcError */
  interrupt(): Promise<void>;
};

type Deps = {
  client: Client;
  sessionId: SessionId;
  watch: SessionWatch;
  signal: AbortSignal;
  /** A prompt was accepted. */
  onSent: () => void;
};

export function createPrompter({ client, sessionId, watch, signal, onSent }: Deps): Prompter {
  let running: Turn | undefined;

  async function send(prompt: string): Promise<Event> {
    running = await client.chat.send.mutate({ sessionId, prompt }, { signal });
    onSent();
    try {
      return await watch.endOf(running.id);
    } finally {
      running = undefined;
    }
  }

  async function interrupt(): Promise<void> {
    if (!running) return;
    try {
      await client.chat.interrupt.mutate({ sessionId, turnId: running.id }, { signal });
    } catch (error) {
      if (!isCcError(error, "NO_TURN_RUNNING") && !signal.aborted) throw error;
    }
  }

  return { send, isBusy: () => running !== undefined, interrupt };
}
