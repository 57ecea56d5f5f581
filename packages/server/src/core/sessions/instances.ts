/** The live thing behind each session: started, watched, ended. What it decides is in the store before it acts. */

import type { Duplex } from "node:stream";
import { CcError, describeError, type ErrorShape, isCcError, type SessionId, toErrorShape } from "@cc-docker/protocol";
import type { Background } from "../../lib/background.ts";
import type { Clock } from "../../lib/clock.ts";
import { failpoint } from "../../lib/failpoint.ts";
import { createKeyedLock } from "../../lib/keyed-lock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Instance, InstanceExit, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import type { Leases } from "../leases/leases.ts";
import type { Quotas } from "../quotas/quotas.ts";
import { endAllTurns, sessionStoppedError, startNextTurn } from "../turns/turn-moves.ts";
import { createCopies } from "./copies.ts";
import { createLaunches, startupTimeoutMs } from "./launches.ts";
import { createPauses, type Pauses } from "./pauses.ts";
import type { SessionChange } from "./session-draft.ts";
import { crashReason, crash as crashSession } from "./session-moves.ts";
import { isHeld, isLive, type MoveReason, nextState } from "./session-status.ts";
import type { SessionWriter } from "./session-writer.ts";

/** How long a stopped wrapper may take to end its agent before the instance is killed. */
const STOP_GRACE_MS = 5000;

export type Instances = Pauses & {
  /** Starts the session's instance in the background, if that is not going on already; it becomes idle or failed. */
  launch(session: SessionRow): void;
  /** The wrapper says that the agent is ready. */
  ready(instance: { sessionId: SessionId; generation: number }): Promise<void>;
  /** Starts the instance that a change of the session asked for, after whatever is left of the one before. */
  replace(session: SessionRow): void;
  /** Marks the session stopped on request, then ends its instance; that is left to the session's holder if it is another. */
  stop(sessionId: SessionId): Promise<void>;
  /** The same, because a time of it is over. */
  timeOut(sessionId: SessionId, reason: MoveReason): Promise<void>;
  /** The instance of this generation has died: the session recovers, or fails and what is left is ended. */
  crash(dead: { sessionId: SessionId; generation: number }, error: ErrorShape): Promise<void>;
  /** The session has no instance of its generation any more: the same as its death. */
  lose(session: SessionRow): Promise<void>;
  /**
   * Removes what a deleted session owned, then its rows; later, when a fork is being made of it. Left to its holder
   * likewise.
   */
  remove(sessionId: SessionId): Promise<void>;
  /** Ends the instance of a session that is at rest by now. */
  sweep(sessionId: SessionId): void;
  /** The session while it needs a link. @throws CcError SESSION_NOT_RUNNING */
  requireLinkable(sessionId: SessionId): Promise<SessionRow>;
  /** A pipe to the session's wrapper. @throws CcError SESSION_NOT_RUNNING, INSTANCE_LOST */
  openLink(sessionId: SessionId, signal: AbortSignal): Promise<{ duplex: Duplex; session: SessionRow }>;
  /** How many instances this gateway is ending, of sessions that are at rest by now; `except`: but for that one's. */
  countEnding(except: SessionId | undefined): number;
  /** True while this process starts the session's instance. */
  isLaunching(sessionId: SessionId): boolean;
  /** Another gateway holds the session: a start that is under way here ends, and nothing is written about it. */
  abandon(sessionId: SessionId): void;
};

export type InstancesDeps = {
  store: Store;
  bus: Bus;
  runtime: Runtime;
  clock: Clock;
  writer: SessionWriter;
  leases: Leases;
  quotas: Quotas;
  background: Background;
  log: Logger;
  /** The session stands still for a copy of it, or goes on. */
  setStill: (sessionId: SessionId, isStill: boolean) => void;
  settings: { image: string; startupTimeoutMs: number; copyTimeoutMs: number };
};

export function createInstances(deps: InstancesDeps): Instances {
  const { store, runtime, writer, leases, background, log, settings } = deps;
  /** What `runtime.start` returned; an adopted instance is looked up. */
  const known = new Map<SessionId, Instance>();
  /** At rest by their rows, with an instance that is still there. */
  const ending = new Set<SessionId>();
  const lock = createKeyedLock<SessionId>();
  const onStarted = (instance: Instance) => void known.set(instance.sessionId, instance);
  const copies = createCopies({ ...deps, lock });
  const launches = createLaunches({ ...deps, lock, prepare, onStarted, onFailed: failLaunch });
  const hasInstance = async ({ id, generation }: SessionRow) => (await findRunning(id, generation)) !== undefined;
  const pauses = createPauses({ ...deps, lock, hasInstance, lose });

  /** A fork has its files before its first instance; a session that is being copied does not move meanwhile. */
  async function prepare(session: SessionRow, cancelled: AbortSignal): Promise<void> {
    await copies.bring(session, cancelled);
    await copies.untilRead(session.id, cancelled);
  }

  async function failLaunch(sessionId: SessionId, late: boolean, error: unknown): Promise<void> {
    if (late && !isCcError(error, "RUNTIME_UNAVAILABLE")) {
      const { config } = (await store.findSession(sessionId)) ?? { config: {} };
      const seconds = startupTimeoutMs(config, settings) / 1000;
      const shape = describeError("STARTUP_TIMEOUT", `The session was not ready within ${seconds} s.`);
      return fail(sessionId, "startup_timeout", shape);
    }
    log.warn({ err: error, session_id: sessionId }, "session failed to start");
    return fail(sessionId, "start_error", toErrorShape(error));
  }

  async function ready({ sessionId, generation }: { sessionId: SessionId; generation: number }): Promise<void> {
    failpoint("ready.heard");
    await writer.changeAsHolder(sessionId, async (change) => {
      if (change.session.generation !== generation) return;
      if (await goOn(change)) return;
      if (change.move("ready")) await startNextTurn(change);
    });
    failpoint("ready.committed");
  }

  /** The agent has the turn again that it lost with an earlier instance. */
  async function goOn(change: SessionChange): Promise<boolean> {
    const { runningTurn, status } = change.session;
    if (!runningTurn || status !== "starting") return false;
    const turn = await change.tx.findTurn(runningTurn);
    if (!turn || !change.move("resumed")) return false;
    change.command(turn);
    return true;
  }

  async function fail(sessionId: SessionId, reason: MoveReason, error: ErrorShape): Promise<void> {
    if (await writer.changeAsHolder(sessionId, (change) => end(change, reason, error))) sweep(sessionId);
  }

  async function crash(dead: { sessionId: SessionId; generation: number }, error: ErrorShape): Promise<void> {
    const rests = await writer.changeAsHolder(dead.sessionId, async (change) => {
      if (!isLive(change.session) || change.session.generation !== dead.generation) return false;
      return crashSession(change, crashReason(error), error);
    });
    failpoint("crash.committed");
    if (rests) sweep(dead.sessionId);
  }

  async function lose({ id: sessionId, generation }: SessionRow): Promise<void> {
    log.warn({ session_id: sessionId }, "session has no instance any more");
    const message = `The container of session ${sessionId} was gone when the gateway looked for it.`;
    await crash({ sessionId, generation }, describeError("INSTANCE_LOST", message));
  }

  async function stop(sessionId: SessionId): Promise<void> {
    await writer.change(sessionId, (change) => end(change, "requested"));
    failpoint("stop.moved");
    await endInstance(sessionId);
  }

  async function timeOut(sessionId: SessionId, reason: MoveReason): Promise<void> {
    await writer.changeAsHolder(sessionId, (change) => end(change, reason));
    await endInstance(sessionId);
  }

  /** A session that was woken meanwhile keeps what it has: its next start clears away what is older. */
  async function endInstance(sessionId: SessionId): Promise<void> {
    ending.add(sessionId);
    try {
      const found = await store.findSession(sessionId);
      if (found && !isOursToEnd(found)) return;
      await launches.cancel(sessionId, found?.generation ?? Number.POSITIVE_INFINITY);
      await lock(sessionId, () => stopInstance(sessionId));
    } finally {
      ending.delete(sessionId);
    }
  }

  async function stopInstance(sessionId: SessionId): Promise<void> {
    const session = await store.findSession(sessionId);
    if (session && !isOursToEnd(session)) return;
    known.delete(sessionId);
    await runtime.stop(sessionId, STOP_GRACE_MS);
  }

  function isOursToEnd(session: SessionRow): boolean {
    return leases.learn(session) && !isLive(session);
  }

  function replace(session: SessionRow): void {
    background.run("replace", async () => {
      await launches.cancel(session.id, session.generation - 1);
      const now = await store.findSession(session.id); // a later generation is somebody else's to launch
      if (now && leases.learn(now) && now.status === "starting" && now.generation === session.generation)
        launches.launch(now);
    });
  }

  function sweep(sessionId: SessionId): void {
    background.run("sweep", () => endInstance(sessionId));
  }

  async function remove(sessionId: SessionId): Promise<void> {
    if (!leases.holds(sessionId)) return;
    if (await store.isFilesSource(sessionId)) return; // once a fork that starts has its copy, or has failed, it is done
    await launches.cancel(sessionId, Number.POSITIVE_INFINITY);
    known.delete(sessionId);
    await lock(sessionId, () => runtime.remove(sessionId));
    failpoint("delete.emptied");
    await writer.erase(sessionId);
    failpoint("delete.rows-removed");
  }

  async function requireLinkable(sessionId: SessionId): Promise<SessionRow> {
    const session = await store.findSession(sessionId);
    if (session && isLive(session) && !isHeld(session) && leases.learn(session)) return session;
    throw new CcError("SESSION_NOT_RUNNING", `Session ${sessionId} needs no link here.`);
  }

  async function openLink(sessionId: SessionId, signal: AbortSignal) {
    const session = await requireLinkable(sessionId);
    const { generation } = session;
    const started = known.get(sessionId);
    const instance = started?.generation === generation ? started : await findRunning(sessionId, generation);
    if (!instance) throw new CcError("INSTANCE_LOST", `Session ${sessionId} has no running instance.`);
    known.set(sessionId, instance);
    const duplex = await runtime.openLink(instance, signal);
    const now = await store.findSession(sessionId);
    if (now && leases.learn(now) && now.generation === generation) return { duplex, session };
    duplex.destroy(); // while it waited for the wrapper a newer one took its place, which may be who answered
    throw new CcError("INSTANCE_LOST", `The instance of session ${sessionId} was replaced.`);
  }

  async function findRunning(sessionId: SessionId, generation: number): Promise<Instance | undefined> {
    const isWanted = (one: Instance) => one.sessionId === sessionId && one.generation === generation && one.running;
    return (await runtime.list()).find(isWanted);
  }

  function onExit({ sessionId, generation, detail, outOfMemory }: InstanceExit): void {
    if (!leases.holds(sessionId)) return; // its holder hears it too
    background.run("exit", async () => {
      const message = `The container of session ${sessionId} ended: ${detail}.`;
      await crash({ sessionId, generation }, describeError(outOfMemory ? "OUT_OF_MEMORY" : "INSTANCE_LOST", message));
    });
  }

  function countEnding(except: SessionId | undefined): number {
    return ending.size - (except !== undefined && ending.has(except) ? 1 : 0);
  }

  function abandon(sessionId: SessionId): void {
    known.delete(sessionId);
    background.run("abandon", () => launches.cancel(sessionId, Number.POSITIVE_INFINITY));
  }

  runtime.onExit(onExit);
  const { launch, isLaunching } = launches;
  const ends = { stop, timeOut, crash, lose, remove, sweep, abandon };
  return { launch, isLaunching, ready, replace, requireLinkable, openLink, countEnding, ...ends, ...pauses };
}

/** Turns first, then the session. @returns whether the reason still applied */
async function end(change: SessionChange, reason: MoveReason, error?: ErrorShape): Promise<boolean> {
  if (!isLive(change.session) || !nextState(change.session, reason)) return false;
  await endAllTurns(change, error ?? sessionStoppedError(reason));
  return change.move(reason, error);
}
