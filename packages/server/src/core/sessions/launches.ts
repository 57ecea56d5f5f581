/** Starts of instances that are under way: one a session, with one deadline over engine, wrapper and agent. */
import { isCcError, type SessionConfig, type SessionId } from "@cc-docker/protocol";
import type { Background } from "../../lib/background.ts";
import { type Clock, timeoutSignal } from "../../lib/clock.ts";
import { failpoint } from "../../lib/failpoint.ts";
import type { KeyedLock } from "../../lib/keyed-lock.ts";
import { retry } from "../../lib/wait.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Instance, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import { createBell } from "../bell.ts";

const RETRY_MS = 500;

export type Launches = {
  /** Starts the session's instance in the background, if that is not going on already. */
  launch(session: SessionRow): void;
  /** Ends a start in flight of this or an earlier generation; when this resolves, what it made is there to be removed. */
  cancel(sessionId: SessionId, generation: number): Promise<void>;
  isLaunching(sessionId: SessionId): boolean;
};

export type LaunchesDeps = {
  store: Store;
  bus: Bus;
  runtime: Runtime;
  clock: Clock;
  background: Background;
  /** Held while the engine works on a session's instance. */
  lock: KeyedLock<SessionId>;
  settings: { image: string; startupTimeoutMs: number };
  /** Does what must be done before the start, whose deadline begins after it. */
  prepare: (session: SessionRow, cancelled: AbortSignal) => Promise<void>;
  onStarted: (instance: Instance) => void;
  /** `late`: the deadline has passed; otherwise `error` says what went wrong. Not called for a start that was cancelled. */
  onFailed: (sessionId: SessionId, late: boolean, error: unknown) => Promise<void>;
};

export function createLaunches(deps: LaunchesDeps): Launches {
  const { store, bus, runtime, clock, background, settings } = deps;
  const launching = new Map<SessionId, { generation: number; abort: AbortController; done: Promise<void> }>();

  function launch(session: SessionRow): void {
    if (launching.has(session.id)) return;
    background.run("launch", async (stopping) => {
      const abort = new AbortController();
      const done = start(session, AbortSignal.any([abort.signal, stopping]));
      launching.set(session.id, { generation: session.generation, abort, done });
      await done.finally(() => launching.delete(session.id));
    });
  }

  async function start(session: SessionRow, cancelled: AbortSignal): Promise<void> {
    const { id, generation, config } = session;
    let deadline: AbortSignal | undefined;
    try {
      await deps.prepare(session, cancelled);
      deadline = timeoutSignal(clock, startupTimeoutMs(config, settings));
      const signal = AbortSignal.any([cancelled, deadline]);
      deps.onStarted(await startInstance(session, signal));
      bus.publish(`links:${id}`, generation);
      failpoint("launch.link-wanted");
      await untilStarted(id, generation, signal);
    } catch (error) {
      if (!cancelled.aborted) await deps.onFailed(id, deadline?.aborted ?? false, error);
    }
  }

  /** A turn that has lost its instance waits for an engine that is away: it may have gone with it. */
  async function startInstance(session: SessionRow, signal: AbortSignal): Promise<Instance> {
    const { id, generation, crashes, workspace: directory } = session;
    const spec = { sessionId: id, generation, image: settings.image, directory };
    const isPassing = (error: unknown) => crashes > 0 && isCcError(error, "RUNTIME_UNAVAILABLE");
    return retry(() => deps.lock(id, () => runtime.start(spec, signal)), {
      clock,
      signal,
      delayMs: RETRY_MS,
      isPassing,
    });
  }

  async function untilStarted(id: SessionId, generation: number, signal: AbortSignal): Promise<void> {
    using bell = createBell(bus, `events:${id}`);
    const isStarting = (session?: SessionRow) => session?.status === "starting" && session.generation === generation;
    while (isStarting(await store.findSession(id))) {
      signal.throwIfAborted();
      await bell.wait(signal);
    }
  }

  async function cancel(sessionId: SessionId, generation: number): Promise<void> {
    const launched = launching.get(sessionId);
    if (launched && launched.generation > generation) return;
    launched?.abort.abort();
    await launched?.done;
  }

  return { launch, cancel, isLaunching: (sessionId) => launching.has(sessionId) };
}

export function startupTimeoutMs({ startupTimeout }: SessionConfig, settings: { startupTimeoutMs: number }): number {
  return startupTimeout === undefined ? settings.startupTimeoutMs : startupTimeout * 1000;
}
