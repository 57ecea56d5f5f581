import type { Bus, Listener, Topic } from "../bus.ts";

/** A bus for one process. `onError` hears what listeners throw. */
export function openInProcessBus({ onError }: { onError: (error: unknown) => void }): Bus {
  const listeners = new Map<string, Set<Listener>>();

  function publish(topic: Topic, value: number): void {
    const kind = `${topic.slice(0, topic.indexOf(":"))}:*`;
    for (const key of [topic, kind]) {
      const heard = listeners.get(key);
      for (const listener of [...(heard ?? [])]) {
        if (heard?.has(listener)) ring(listener, topic, value); // another may have unsubscribed it meanwhile
      }
    }
  }

  function ring(listener: Listener, topic: Topic, value: number): void {
    try {
      listener(topic, value);
    } catch (error) {
      onError(error);
    }
  }

  function subscribe(topic: Topic, listener: Listener): () => void {
    const own: Listener = (...ringing) => listener(...ringing);
    const heard = listeners.get(topic) ?? new Set<Listener>();
    listeners.set(topic, heard.add(own));
    return () => {
      heard.delete(own);
      if (heard.size === 0 && listeners.get(topic) === heard) listeners.delete(topic);
    };
  }

  async function close(): Promise<void> {
    listeners.clear();
  }

  return { publish, subscribe, close, [Symbol.asyncDispose]: close };
}
