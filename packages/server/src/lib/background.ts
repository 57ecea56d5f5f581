import { type Clock, pause } from "./clock.ts";
import type { Logger } from "./logger.ts";

/** Work that nobody waits for, yet that ends with its owner and never fails unseen. */
export type Background = {
  run(name: string, work: (signal: AbortSignal) => Promise<void>): void;
  /** Aborts all work and waits for its end, but not for what hears no signal. */
  close(): Promise<void>;
};

/** A part of the ten seconds that the whole gateway has for its end. */
const CLOSE_MS = 3000;

/** `isExpected`: an error that is somebody else's trouble and comes again until that is over; the rest is a defect. */
export function createBackground({
  clock,
  log,
  isExpected,
}: {
  clock: Clock;
  log: Logger;
  isExpected: (error: unknown) => error is Error;
}): Background {
  const controller = new AbortController();
  const running = new Set<Promise<void>>();

  function run(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    if (controller.signal.aborted) return;
    const task = work(controller.signal)
      .catch((error: unknown) => {
        if (!controller.signal.aborted) report(name, error);
      })
      .finally(() => running.delete(task));
    running.add(task);
  }

  function report(task: string, error: unknown): void {
    if (isExpected(error)) log.warn({ reason: error.message, task }, "background work put off");
    else log.error({ err: error, task }, "background work failed");
  }

  async function close(): Promise<void> {
    controller.abort();
    const patience = new AbortController();
    await Promise.race([Promise.all(running), pause(clock, CLOSE_MS, patience.signal)]);
    patience.abort();
  }

  return { run, close };
}
