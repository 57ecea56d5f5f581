/**
 * Makes store and runtime agree, whatever a crash left behind: level-triggered, so running it twice changes nothing.
 * What the runtime has is read before the rows are, since a row is always written before anything is made for it.
 */
import { describeError, type SessionId } from "@cc-docker/protocol";
import type { Logger } from "../../lib/logger.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Instance, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow, Store } from "../../ports/store/store.ts";
import type { Instances } from "./instances.ts";
import { isLive } from "./session-writer.ts";

type ReconcileDeps = { store: Store; runtime: Runtime; bus: Bus; instances: Instances; log: Logger };

export async function reconcileSessions({ store, runtime, bus, instances, log }: ReconcileDeps): Promise<void> {
  const running = new Map((await runtime.list()).map((instance) => [instance.sessionId, instance]));
  const owners = new Set(await runtime.listOwners());
  const unsettled = await store.listUnsettledSessions();

  for (const session of unsettled) await settle(session, running.get(session.id));
  for (const sessionId of owners) await removeLeftovers(sessionId);

  async function settle(session: SessionRow, instance: Instance | undefined): Promise<void> {
    if (session.deleted) return instances.remove(session.id);
    if (instances.isLaunching(session.id)) return;
    if (session.status === "starting") return instances.launch(session); // cut off by a crash: starting is idempotent
    if (instance?.running && instance.generation === session.generation) {
      bus.publish(`links:${session.id}`, session.generation);
      return;
    }
    log.warn({ session_id: session.id }, "session has no instance any more");
    const error = describeError(
      "INSTANCE_LOST",
      `The container of session ${session.id} was gone when the gateway looked for it.`,
    );
    await instances.fail(session.id, "crashed", error);
  }

  async function removeLeftovers(sessionId: SessionId): Promise<void> {
    const session = await store.findSession(sessionId);
    if (!session) {
      log.warn({ session_id: sessionId }, "removing what an unknown session left behind");
      return runtime.remove(sessionId);
    }
    if (!isLive(session) && running.has(sessionId) && !session.deleted) instances.sweep(sessionId);
  }
}
