/** R4: store and engine agree, seen from outside at a moment when nothing is being started or ended. */
import type { Session } from "@cc-docker/client";
import type { Violation } from "./violation.ts";

/** What exists, by the ids of the sessions it belongs to. */
export type Snapshot = {
  /** All rows there are. */
  sessions: readonly Pick<Session, "id" | "status" | "lastSeq">[];
  /** One entry a container, running or not. */
  containers: readonly string[];
  /** One entry a volume. */
  volumes: readonly string[];
  /** The directories of the links' sockets. */
  sockets: readonly string[];
};

export function checkLeftovers({ sessions, containers, volumes, sockets }: Snapshot): Violation[] {
  const statuses = new Map<string, string>(sessions.map(({ id, status }) => [id, status]));
  const live = sessions.filter(({ status }) => isLive(status)).map(({ id }) => id);
  return [
    ...live.filter((id) => !containers.includes(id)).map((id) => missing(id, statuses.get(id))),
    ...containers.filter((id, index) => containers.indexOf(id) !== index).map((id) => orphan(id, "a second container")),
    ...containers.filter((id) => !isLive(statuses.get(id))).map((id) => orphan(id, "a container", statuses.get(id))),
    ...sockets.filter((id) => !isLive(statuses.get(id))).map((id) => orphan(id, "a socket", statuses.get(id))),
    ...volumes.filter((id) => !statuses.has(id)).map((id) => orphan(id, "a volume")),
  ];
}

function isLive(status: string | undefined): boolean {
  return status !== undefined && status !== "stopped" && status !== "failed";
}

function missing(sessionId: string, status: string | undefined): Violation {
  const promised = "a live session has its container";
  return { promise: "R4", promised, seen: `none, and the session is ${status}`, ids: { sessionId } };
}

function orphan(sessionId: string, thing: string, status = "no session"): Violation {
  const promised = "only a live session has a container and a socket, and only an existing one volumes";
  return { promise: "R4", promised, seen: `${thing}, and its session is ${status}`, ids: { sessionId } };
}
