/** When listeners are told: at once when a person acts, at most once a frame when events stream in. */

/** 30 frames a second: nobody reads faster, and a token a frame is enough. */
const FRAME_MS = 33;

export type Frames = {
  /** Something changed that may wait for the next frame. */
  soon(): void;
  /** Something changed that a person waits for. */
  now(): void;
  /** @returns what ends the subscription */
  subscribe(listener: () => void): () => void;
  /** How often listeners were told. */
  count(): number;
  /** No listener is called any more. */
  close(): void;
};

export function createFrames(frameMs: number = FRAME_MS): Frames {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let count = 0;

  function now(): void {
    clearTimeout(timer);
    timer = undefined;
    if (isClosed) return;
    count += 1;
    for (const listener of [...listeners]) listener();
  }

  function soon(): void {
    if (!isClosed) timer ??= setTimeout(now, frameMs);
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  function close(): void {
    isClosed = true;
    clearTimeout(timer);
  }

  return { soon, now, subscribe, count: () => count, close };
}
