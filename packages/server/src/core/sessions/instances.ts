/** The live thing behind each session: started, watched, ended. What it decides is in the store before it acts. */

import type { Duplex } from "node:stream";
import { CcError, describeError, type ErrorShape, type SessionId, toErrorShape } from "@cc-docker/protocol";
import type { Background } from "../../lib/background.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Instance, InstanceExit, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import { createBell } from "../bell.ts";
import { endAllTurns, sessionStoppedError, startNextTurn } from "../turns/turn-moves.ts";
import type { MoveReason } from "./session-status.ts";
import { isLive, type SessionWriter } from "./session-writer.ts";

/** How long a stopped wrapper may take to end its agent before the instance is killed. */
const STOP_GRACE_MS = 5000;

export type Instances = {
  /** Starts the session's instance in the background, if that is not going on already; it becomes idle or failed. */
  launch(session: SessionRow): void;
  /** The wrapper says that the agent is ready. */
  ready(sessionId: SessionId): Promise<void>;
  /** Marks the session stopped, then ends its instance. */
  stop(sessionId: SessionId): Promise<void>;
  /** Marks the session failed and ends its instance in the background. */
  fail(sessionId: SessionId, reason: MoveReason, error: ErrorShape): Promise<void>;
  /** Removes what a deleted session owned, then its rows. */
  remove(sessionId: SessionId): Promise<void>;
  /** Ends the instance of a session that is at rest by now. */
  sweep(sessionId: SessionId): void;
  /** A pipe to the session's wrapper. @throws CcError SESSION_NOT_RUNNING when the session needs none */
  openLink(sessionId: SessionId, signal: AbortSignal): Promise<Duplex>;
  /** True while this process starts the session's instance. */
  isLaunching(sessionId: SessionId): boolean;
};

export type InstancesDeps = {
  store: Store;
  bus: Bus;
  runtime: Runtime;
  writer: SessionWriter;
  background: Background;
  log: Logger;
  settings: { image: string; startupTimeoutMs: number };
};

export function createInstances({ store, bus, runtime, writer, background, log, settings }: InstancesDeps): Instances {
  /** What `runtime.start` returned; an adopted instance is looked up. */
  const known = new Map<SessionId, Instance>();
  const launching = new Map<SessionId, { abort: AbortController; done: Promise<void> }>();

  function launch(session: SessionRow): void {
    if (launching.has(session.id)) return;
    background.run("launch", async (stopping) => {
      const abort = new AbortController();
      const done = start(session, AbortSignal.any([abort.signal, stopping])).finally(() =>
        launching.delete(session.id),
      );
      launching.set(session.id, { abort, done });
      await done;
    });
  }

  /** The deadline covers all of the start: engine, wrapper and agent. */
  async function start({ id, generation }: SessionRow, cancelled: AbortSignal): Promise<void> {
    const deadline = AbortSignal.timeout(settings.startupTimeoutMs);
    try {
      const spec = { sessionId: id, generation, image: settings.image };
      known.set(id, await runtime.start(spec, AbortSignal.any([cancelled, deadline])));
      bus.publish(`links:${id}`, generation);
      await untilStarted(id, AbortSignal.any([cancelled, deadline]));
    } catch (error) {
      if (!cancelled.aborted) await failLaunch(id, deadline.aborted, error);
    }
  }

  async function untilStarted(id: SessionId, signal: AbortSignal): Promise<void> {
    using bell = createBell(bus, `events:${id}`);
    while ((await store.findSession(id))?.status === "starting") {
      signal.throwIfAborted();
      await bell.wait(signal);
    }
  }

  async function failLaunch(id: SessionId, late: boolean, error: unknown): Promise<void> {
    const seconds = settings.startupTimeoutMs / 1000;
    if (late)
      return fail(
        id,
        "startup_timeout",
        describeError("STARTUP_TIMEOUT", `The session was not ready within ${seconds} s.`),
      );
    log.warn({ err: error, session_id: id }, "session failed to start");
    return fail(id, "start_error", toErrorShape(error));
  }

  async function ready(sessionId: SessionId): Promise<void> {
    await writer.change(sessionId, async (change) => {
      if (change.move("ready")) await startNextTurn(change);
    });
  }

  async function fail(sessionId: SessionId, reason: MoveReason, error: ErrorShape): Promise<void> {
    await writer.change(sessionId, async (change) => {
      if (!isLive(change.session)) return;
      await endAllTurns(change, error);
      change.move(reason, error);
    });
    sweep(sessionId);
  }

  async function stop(sessionId: SessionId): Promise<void> {
    await writer.change(sessionId, async (change) => {
      if (!isLive(change.session)) return;
      await endAllTurns(change, sessionStoppedError());
      change.move("requested");
    });
    await end(sessionId);
  }

  async function end(sessionId: SessionId): Promise<void> {
    await cancelLaunch(sessionId);
    await runtime.stop(sessionId, STOP_GRACE_MS);
  }

  /** Waits until a start in flight has ended, so that what it made is there to be removed. */
  async function cancelLaunch(sessionId: SessionId): Promise<void> {
    const launch = launching.get(sessionId);
    launch?.abort.abort();
    await launch?.done;
    known.delete(sessionId);
  }

  function sweep(sessionId: SessionId): void {
    background.run("sweep", () => end(sessionId));
  }

  async function remove(sessionId: SessionId): Promise<void> {
    await cancelLaunch(sessionId);
    await runtime.remove(sessionId);
    await store.write((tx) => tx.deleteSession(sessionId));
  }

  async function openLink(sessionId: SessionId, signal: AbortSignal): Promise<Duplex> {
    const session = await store.findSession(sessionId);
    if (!session || !isLive(session)) throw new CcError("SESSION_NOT_RUNNING", `Session ${sessionId} needs no link.`);
    const instance =
      known.get(sessionId) ?? (await runtime.list()).find((one) => one.sessionId === sessionId && one.running);
    if (!instance) throw new CcError("INSTANCE_LOST", `Session ${sessionId} has no running instance.`);
    known.set(sessionId, instance);
    return runtime.openLink(instance, signal);
  }

  function onExit({ sessionId, generation, detail }: InstanceExit): void {
    background.run("exit", async () => {
      const session = await store.findSession(sessionId);
      if (!session || !isLive(session) || session.generation !== generation) return;
      await fail(
        sessionId,
        "crashed",
        describeError("INSTANCE_LOST", `The container of session ${sessionId} ended: ${detail}.`),
      );
    });
  }

  runtime.onExit(onExit);
  return { launch, ready, stop, fail, remove, sweep, openLink, isLaunching: (id) => launching.has(id) };
}
