/**
 * Makes store and runtime agree, whatever a crash left behind: level-triggered, so running it twice changes nothing.
 * What the runtime has is read before the rows are, since a row is always written before anything is made for it.
 * A session that another gateway holds is that one's to settle; one that is nobody's is taken first.
 */
import type { SessionId } from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Instance, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import type { Leases } from "../leases/leases.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Instances } from "./instances.ts";
import { isHeld, isLive } from "./session-status.ts";

export type Reconcile = {
  /** Everything, once. */
  all(): Promise<void>;
  /** One session that this gateway holds, of which it has heard that there may be something to do. */
  one(sessionId: SessionId): Promise<void>;
};

type ReconcileDeps = {
  store: Store;
  runtime: Runtime;
  bus: Bus;
  instances: Instances;
  leases: Leases;
  deadlines: Deadlines;
  log: Logger;
};
type Running = ReadonlyMap<SessionId, Instance>;

export function createReconcile({ store, runtime, bus, instances, leases, deadlines, log }: ReconcileDeps): Reconcile {
  async function all(): Promise<void> {
    const running = await listRunning();
    const owners = new Set(await runtime.listOwners());
    const active = new Set(await runtime.listActive());
    const unsettled = await store.listUnsettledSessions();
    await leases.take(unsettled);

    for (const { id } of unsettled) await alone(id, () => settle(id, running));
    for (const id of owners) await alone(id, () => removeLeftovers(id, active));
  }

  async function one(id: SessionId): Promise<void> {
    await settle(id, await listRunning());
    const session = await store.findSession(id);
    if (!session || session.deleted || isLive(session) || !leases.learn(session)) return;
    deadlines.watch(session);
    instances.sweep(id);
  }

  async function listRunning(): Promise<Running> {
    return new Map((await runtime.list()).map((instance) => [instance.sessionId, instance]));
  }

  /** One session's trouble must not keep the others from being looked after; the next round tries again. */
  async function alone(id: SessionId, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => log.warn({ err: error, session_id: id }, "session not reconciled"));
  }

  /** A round may take long, so the row is read as it is by now. */
  async function settle(id: SessionId, running: Running): Promise<void> {
    const session = await store.findSession(id);
    if (!session || !leases.learn(session)) return;
    if (session.deleted) {
      failpoint("reconcile.deleted-found");
      return instances.remove(id);
    }
    if (!isLive(session)) return;
    await settlePause(session, running.get(id));
    if (instances.isLaunching(id)) return;
    await watch(session);
    if (isHeld(session)) return; // its link is wanted when it is resumed, and its instance missed
    if (session.status === "starting") {
      failpoint("reconcile.starting-found");
      return instances.launch(session); // cut off by a crash, or another gateway wants it: starting is idempotent
    }
    if (await hasInstance(session, running)) {
      failpoint("reconcile.live-found");
      return bus.publish(`links:${id}`, session.generation);
    }
    await instances.lose(session);
  }

  /** Also over the end that another gateway, or an earlier life of this one, has told the turn. */
  async function watch(session: SessionRow): Promise<void> {
    deadlines.watch(session);
    const turn = session.status === "running" ? await store.findRunningTurn(session.id) : undefined;
    if (turn?.interrupt) deadlines.interrupted(session);
  }

  async function settlePause(session: SessionRow, instance: Instance | undefined): Promise<void> {
    if (!instance?.running || instance.paused === isHeld(session)) return;
    if (await store.isFilesSource(session.id)) return; // it stands still to be copied; whoever copies lets it go
    log.warn({ session_id: session.id, paused: instance.paused }, "session and container differ in their pause");
    failpoint("reconcile.pause-differs");
    await instances.applyPause(session.id);
  }

  /** What was not there at the beginning of the round may have come since. */
  async function hasInstance({ id, generation }: SessionRow, running: Running): Promise<boolean> {
    const isIts = (one: Instance | undefined) => one?.sessionId === id && one.generation === generation && one.running;
    return isIts(running.get(id)) || (await runtime.list()).some(isIts);
  }

  async function removeLeftovers(sessionId: SessionId, active: ReadonlySet<SessionId>): Promise<void> {
    const session = await store.findSession(sessionId);
    if (!session) {
      log.warn({ session_id: sessionId }, "removing what an unknown session left behind");
      failpoint("reconcile.orphan-found");
      return runtime.remove(sessionId);
    }
    if (isLive(session) || session.deleted || !active.has(sessionId)) return;
    await leases.take([session]);
    if (!leases.holds(sessionId)) return;
    failpoint("reconcile.resting-found");
    instances.sweep(sessionId);
  }

  return { all, one };
}
