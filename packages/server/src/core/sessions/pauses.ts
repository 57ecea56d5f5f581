/** Has sessions stand still and go on. The row decides; engine and wrapper are told after, and told again by reconcile. */
import type { SessionId } from "@cc-docker/protocol";
import { failpoint } from "../../lib/failpoint.ts";
import type { KeyedLock } from "../../lib/keyed-lock.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import type { Leases } from "../leases/leases.ts";
import type { Quotas } from "../quotas/quotas.ts";
import { hold, release, wake } from "./session-moves.ts";
import { isHeld, isLive } from "./session-status.ts";
import type { SessionWriter } from "./session-writer.ts";

export type Pauses = {
  /**
   * The session stands still, also in the midst of a turn; pausing what is paused is fine.
   * @throws CcError SESSION_NOT_PAUSABLE, RUNTIME_UNAVAILABLE
   */
  pause(sessionId: SessionId): Promise<void>;
  /** It goes on, one at rest wakes; resuming what is not paused is fine. @throws CcError RUNTIME_UNAVAILABLE */
  resume(sessionId: SessionId): Promise<void>;
  /** Its agent stands still until the next prompt, if the session is idle. */
  park(sessionId: SessionId): Promise<void>;
  /** Has the engine freeze the session's instance, or let it go on, as the row says; left to its holder if it is another. */
  applyPause(sessionId: SessionId): Promise<void>;
};

type PausesDeps = {
  store: Store;
  bus: Bus;
  runtime: Runtime;
  writer: SessionWriter;
  leases: Leases;
  quotas: Quotas;
  /** Held while the engine works on a session's instance. */
  lock: KeyedLock<SessionId>;
  hasInstance: (session: SessionRow) => Promise<boolean>;
  /** The session has no instance of its generation any more. */
  lose: (session: SessionRow) => Promise<void>;
};

export function createPauses({
  store,
  bus,
  runtime,
  writer,
  leases,
  quotas,
  lock,
  hasInstance,
  lose,
}: PausesDeps): Pauses {
  async function pause(sessionId: SessionId): Promise<void> {
    await writer.change(sessionId, async (change) => {
      if (!change.session.deleted) hold(change);
    });
    failpoint("pause.committed");
    await applyPause(sessionId);
    failpoint("pause.frozen");
  }

  async function resume(sessionId: SessionId): Promise<void> {
    const goesOn = await writer.change(sessionId, async (change) => {
      const { deleted, parked } = change.session;
      if (deleted || (await wake(change, quotas))) return false;
      await release(change);
      return !parked; // of a parked one only the agent stands still
    });
    failpoint("resume.committed");
    if (!goesOn) return;
    await applyPause(sessionId);
    failpoint("resume.thawed");
    await takeUp(sessionId);
  }

  /** While it stood still nobody wanted its link, and its instance may have died. */
  async function takeUp(sessionId: SessionId): Promise<void> {
    const session = await store.findSession(sessionId);
    if (!session || !isOurs(session) || isHeld(session) || session.status === "starting") return;
    if (await hasInstance(session)) bus.publish(`links:${sessionId}`, session.generation);
    else await lose(session);
  }

  async function park(sessionId: SessionId): Promise<void> {
    await writer.changeAsHolder(sessionId, async (change) => {
      if (!change.session.deleted) change.move("parked");
    });
    failpoint("park.committed");
  }

  async function applyPause(sessionId: SessionId): Promise<void> {
    await lock(sessionId, async () => {
      const session = await store.findSession(sessionId);
      if (!session || !isOurs(session)) return;
      await (isHeld(session) ? runtime.pause(sessionId) : runtime.unpause(sessionId));
    });
  }

  function isOurs(session: SessionRow): boolean {
    return leases.learn(session) && isLive(session);
  }

  return { pause, resume, park, applyPause };
}
