/** How long sessions take to start, and how long they live. */
import type { SessionId } from "@cc-docker/protocol";
import type { Clock } from "../../lib/clock.ts";
import type { SessionRow } from "../../ports/store/store.ts";
import type { CoreMeter } from "../metric-table.ts";
import { isLive } from "./session-status.ts";

export type Lives = {
  /** The session as a change has left it. */
  watch(session: SessionRow): void;
  /** Another gateway holds it: that one sees its end. */
  forget(sessionId: SessionId): void;
};

/** Of lives that began while this gateway ran; it cannot know when others did. */
export function createLives(meter: CoreMeter, clock: Clock): Lives {
  const begun = new Map<SessionId, { atMs: number; isReady: boolean }>();

  function watch(session: SessionRow): void {
    const { id, status } = session;
    const life = begun.get(id);
    if (!life) {
      if (isLive(session) && status === "starting") begun.set(id, { atMs: clock.monotonicMs(), isReady: false });
      return;
    }
    const seconds = (clock.monotonicMs() - life.atMs) / 1000;
    if (!isLive(session)) {
      meter.observe("cc_docker_session_duration_seconds", {}, seconds);
      begun.delete(id);
    } else if (!life.isReady && status !== "starting") {
      meter.observe("cc_docker_container_startup_seconds", {}, seconds);
      life.isReady = true;
    }
  }

  return { watch, forget: (sessionId) => void begun.delete(sessionId) };
}
