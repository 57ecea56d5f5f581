/** Bells that are for the holder of a session. All gateways hear them; who does not hold it leaves it to who does. */
import type { SessionId } from "@cc-docker/protocol";
import { createKeyedLock } from "../../lib/keyed-lock.ts";
import type { Bus } from "../../ports/bus/bus.ts";
import type { Leases } from "./leases.ts";

type Kind = "links" | "holders";

/** @returns a function that ends the hearing */
export function hearAsHolder(
  { bus, leases }: { bus: Bus; leases: Leases },
  kind: Kind,
  listener: (sessionId: SessionId) => void,
): () => void {
  return bus.subscribe(`${kind}:*`, (topic) => {
    const sessionId = topic.slice(kind.length + 1) as SessionId;
    if (leases.holds(sessionId)) listener(sessionId);
  });
}

type AttendDeps = {
  run: (name: string, work: () => Promise<void>) => void;
  attend: (sessionId: SessionId) => Promise<void>;
};

/** Attends to a session once at a time; a call while another waits for the same session is the same. */
export function createAttendant({ run, attend }: AttendDeps): (sessionId: SessionId) => void {
  const lock = createKeyedLock<SessionId>();
  const waiting = new Set<SessionId>();

  return (sessionId) => {
    if (waiting.has(sessionId)) return;
    waiting.add(sessionId);
    run("attend", () =>
      lock(sessionId, () => {
        waiting.delete(sessionId);
        return attend(sessionId);
      }),
    );
  };
}
