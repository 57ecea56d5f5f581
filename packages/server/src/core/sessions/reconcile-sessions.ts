/**
 * Makes store and runtime agree, whatever a crash left behind: level-triggered, so running it twice changes nothing.
 * What the runtime has is read before the rows are, since a row is always written before anything is made for it.
 */
import type { SessionId } from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Instance, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import type { Instances } from "./instances.ts";
import { isHeld } from "./session-status.ts";
import { isLive } from "./session-writer.ts";

type ReconcileDeps = {
  store: Store;
  runtime: Runtime;
  bus: Bus;
  instances: Instances;
  log: Logger;
  /** The session is one that this process looks after. */
  watchDeadlines: (session: SessionRow) => void;
};

export async function reconcileSessions(deps: ReconcileDeps): Promise<void> {
  const { store, runtime, bus, instances, log, watchDeadlines } = deps;
  const running = new Map((await runtime.list()).map((instance) => [instance.sessionId, instance]));
  const owners = new Set(await runtime.listOwners());
  const active = new Set(await runtime.listActive());
  const unsettled = await store.listUnsettledSessions();

  for (const { id } of unsettled) await alone(id, settle);
  for (const id of owners) await alone(id, removeLeftovers);

  /** One session's trouble must not keep the others from being looked after; the next round tries again. */
  async function alone(id: SessionId, work: (id: SessionId) => Promise<void>): Promise<void> {
    await work(id).catch((error: unknown) => log.warn({ err: error, session_id: id }, "session not reconciled"));
  }

  /** A round may take long, so the row is read as it is by now. */
  async function settle(id: SessionId): Promise<void> {
    const session = await store.findSession(id);
    if (session?.deleted) {
      failpoint("reconcile.deleted-found");
      return instances.remove(id);
    }
    if (!session || !isLive(session)) return;
    await settlePause(session);
    if (instances.isLaunching(id)) return;
    watchDeadlines(session);
    if (isHeld(session)) return; // its link is wanted when it is resumed, and its instance missed
    if (session.status === "starting") {
      failpoint("reconcile.starting-found");
      return instances.launch(session); // cut off by a crash: starting is idempotent
    }
    if (await hasInstance(session)) {
      failpoint("reconcile.live-found");
      return bus.publish(`links:${id}`, session.generation);
    }
    await instances.lose(session);
  }

  async function settlePause(session: SessionRow): Promise<void> {
    const instance = running.get(session.id);
    if (!instance?.running || instance.paused === isHeld(session)) return;
    log.warn({ session_id: session.id, paused: instance.paused }, "session and container differ in their pause");
    failpoint("reconcile.pause-differs");
    await instances.applyPause(session.id);
  }

  /** What was not there at the beginning of the round may have come since. */
  async function hasInstance({ id, generation }: SessionRow): Promise<boolean> {
    const isIts = (one: Instance | undefined) => one?.sessionId === id && one.generation === generation && one.running;
    return isIts(running.get(id)) || (await runtime.list()).some(isIts);
  }

  async function removeLeftovers(sessionId: SessionId): Promise<void> {
    const session = await store.findSession(sessionId);
    if (!session) {
      log.warn({ session_id: sessionId }, "removing what an unknown session left behind");
      failpoint("reconcile.orphan-found");
      return runtime.remove(sessionId);
    }
    if (isLive(session) || session.deleted || !active.has(sessionId)) return;
    failpoint("reconcile.resting-found");
    instances.sweep(sessionId);
  }
}
