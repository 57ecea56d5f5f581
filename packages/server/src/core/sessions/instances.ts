/** The live thing behind each session: started, watched, ended. What it decides is in the store before it acts. */

import type { Duplex } from "node:stream";
import { CcError, describeError, type ErrorShape, type SessionId, toErrorShape } from "@cc-docker/protocol";
import type { Background } from "../../lib/background.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Instance, InstanceExit, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import { endAllTurns, sessionStoppedError, startNextTurn } from "../turns/turn-moves.ts";
import { createLaunches } from "./launches.ts";
import { type MoveReason, nextStatus } from "./session-status.ts";
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
  /** The session while it needs a link. @throws CcError SESSION_NOT_RUNNING */
  requireLinkable(sessionId: SessionId): Promise<SessionRow>;
  /** A pipe to the session's wrapper. @throws CcError SESSION_NOT_RUNNING, INSTANCE_LOST */
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

export function createInstances(deps: InstancesDeps): Instances {
  const { store, runtime, writer, background, log, settings } = deps;
  /** What `runtime.start` returned; an adopted instance is looked up. */
  const known = new Map<SessionId, Instance>();
  const onStarted = (instance: Instance) => void known.set(instance.sessionId, instance);
  const launches = createLaunches({ ...deps, onStarted, onFailed: failLaunch });

  async function failLaunch(sessionId: SessionId, late: boolean, error: unknown): Promise<void> {
    const seconds = settings.startupTimeoutMs / 1000;
    if (late) {
      const shape = describeError("STARTUP_TIMEOUT", `The session was not ready within ${seconds} s.`);
      return fail(sessionId, "startup_timeout", shape);
    }
    log.warn({ err: error, session_id: sessionId }, "session failed to start");
    return fail(sessionId, "start_error", toErrorShape(error));
  }

  async function ready(sessionId: SessionId): Promise<void> {
    await writer.change(sessionId, async (change) => {
      if (change.move("ready")) await startNextTurn(change);
    });
  }

  async function fail(sessionId: SessionId, reason: MoveReason, error: ErrorShape): Promise<void> {
    if (await end(sessionId, reason, error)) sweep(sessionId);
  }

  async function stop(sessionId: SessionId): Promise<void> {
    await end(sessionId, "requested");
    await endInstance(sessionId);
  }

  /** Turns first, then the session. @returns whether the reason still applied */
  async function end(sessionId: SessionId, reason: MoveReason, error?: ErrorShape): Promise<boolean | undefined> {
    return writer.change(sessionId, async (change) => {
      if (!isLive(change.session) || !nextStatus(change.session.status, reason)) return false;
      await endAllTurns(change, error ?? sessionStoppedError());
      return change.move(reason, error);
    });
  }

  async function endInstance(sessionId: SessionId): Promise<void> {
    await forget(sessionId);
    await runtime.stop(sessionId, STOP_GRACE_MS);
  }

  async function forget(sessionId: SessionId): Promise<void> {
    await launches.cancel(sessionId);
    known.delete(sessionId);
  }

  function sweep(sessionId: SessionId): void {
    background.run("sweep", () => endInstance(sessionId));
  }

  async function remove(sessionId: SessionId): Promise<void> {
    await forget(sessionId);
    await runtime.remove(sessionId);
    await store.write((tx) => tx.deleteSession(sessionId));
  }

  async function requireLinkable(sessionId: SessionId): Promise<SessionRow> {
    const session = await store.findSession(sessionId);
    if (session && isLive(session)) return session;
    throw new CcError("SESSION_NOT_RUNNING", `Session ${sessionId} needs no link.`);
  }

  async function openLink(sessionId: SessionId, signal: AbortSignal): Promise<Duplex> {
    await requireLinkable(sessionId);
    const instance = known.get(sessionId) ?? (await findRunning(sessionId));
    if (!instance) throw new CcError("INSTANCE_LOST", `Session ${sessionId} has no running instance.`);
    known.set(sessionId, instance);
    return runtime.openLink(instance, signal);
  }

  async function findRunning(sessionId: SessionId): Promise<Instance | undefined> {
    return (await runtime.list()).find((instance) => instance.sessionId === sessionId && instance.running);
  }

  function onExit({ sessionId, generation, detail }: InstanceExit): void {
    background.run("exit", async () => {
      if ((await store.findSession(sessionId))?.generation !== generation) return;
      const message = `The container of session ${sessionId} ended: ${detail}.`;
      await fail(sessionId, "crashed", describeError("INSTANCE_LOST", message));
    });
  }

  runtime.onExit(onExit);
  const { launch, isLaunching } = launches;
  return { launch, isLaunching, ready, stop, fail, remove, sweep, requireLinkable, openLink };
}
