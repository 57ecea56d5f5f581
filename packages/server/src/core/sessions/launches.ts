/** Starts of instances that are under way: one a session, with one deadline over engine, wrapper and agent. */
import type { SessionId } from "@cc-docker/protocol";
import type { Background } from "../../lib/background.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Instance, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import { createBell } from "../bell.ts";

export type Launches = {
  /** Starts the session's instance in the background, if that is not going on already. */
  launch(session: SessionRow): void;
  /** Waits until a start in flight has ended, so that what it made is there to be removed. */
  cancel(sessionId: SessionId): Promise<void>;
  isLaunching(sessionId: SessionId): boolean;
};

export type LaunchesDeps = {
  store: Store;
  bus: Bus;
  runtime: Runtime;
  background: Background;
  settings: { image: string; startupTimeoutMs: number };
  onStarted: (instance: Instance) => void;
  /** `late`: the deadline has passed; otherwise `error` says what went wrong. Not called for a start that was cancelled. */
  onFailed: (sessionId: SessionId, late: boolean, error: unknown) => Promise<void>;
};

export function createLaunches(deps: LaunchesDeps): Launches {
  const { store, bus, runtime, background, settings } = deps;
  const launching = new Map<SessionId, { abort: AbortController; done: Promise<void> }>();

  function launch(session: SessionRow): void {
    if (launching.has(session.id)) return;
    background.run("launch", async (stopping) => {
      const abort = new AbortController();
      const done = start(session, AbortSignal.any([abort.signal, stopping]));
      launching.set(session.id, { abort, done });
      await done.finally(() => launching.delete(session.id));
    });
  }

  async function start({ id, generation }: SessionRow, cancelled: AbortSignal): Promise<void> {
    const deadline = AbortSignal.timeout(settings.startupTimeoutMs);
    const signal = AbortSignal.any([cancelled, deadline]);
    try {
      deps.onStarted(await runtime.start({ sessionId: id, generation, image: settings.image }, signal));
      bus.publish(`links:${id}`, generation);
      await untilStarted(id, signal);
    } catch (error) {
      if (!cancelled.aborted) await deps.onFailed(id, deadline.aborted, error);
    }
  }

  async function untilStarted(id: SessionId, signal: AbortSignal): Promise<void> {
    using bell = createBell(bus, `events:${id}`);
    while ((await store.findSession(id))?.status === "starting") {
      signal.throwIfAborted();
      await bell.wait(signal);
    }
  }

  async function cancel(sessionId: SessionId): Promise<void> {
    const launched = launching.get(sessionId);
    launched?.abort.abort();
    await launched?.done;
  }

  return { launch, cancel, isLaunching: (sessionId) => launching.has(sessionId) };
}
