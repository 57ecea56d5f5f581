/**
 * A timeout may come late, as after the death of the gateway that counted; it must not come before its time. Where
 * several gateways share a store, the holder of a session may not have seen yet that another has ended one life of it and
 * begun the next: what is left of the earlier life's time is not held against it.
 */
import type { Event, SessionId } from "@cc-docker/protocol";
import type { SessionRow } from "../../../ports/store/store.ts";
import { short } from "../plan/stage.test-helper.ts";
import { SETTINGS } from "../world/gateways.test-helper.ts";
import type { Findings } from "./findings.test-helper.ts";

type Timeout = {
  name: string;
  /** The event that says that the time is over. */
  isEnd: (event: Event) => boolean;
  /** The newest before it that the time is counted from. */
  isBeginning: (event: Event, end: Event) => boolean;
  ms: (session: SessionRow) => number;
};

const reasonOf = ({ data }: Event) => (data as { reason?: string }).reason;
const codeOf = ({ data }: Event) => (data as { error?: { code?: string } }).error?.code;
const inMs = (seconds: number | undefined, usual: number) => (seconds === undefined ? usual : seconds * 1000);

const TIMEOUTS: readonly Timeout[] = [
  {
    name: "idle timeout",
    isEnd: (event) => event.type === "session.stopped" && reasonOf(event) === "idle_timeout",
    isBeginning: ({ type }) => type === "session.idle",
    ms: ({ config }) => inMs(config.idleTimeout, SETTINGS.idleTimeoutMs),
  },
  {
    name: "session timeout",
    isEnd: (event) => event.type === "session.stopped" && reasonOf(event) === "session_timeout",
    isBeginning: (event) => event.type === "session.starting" && reasonOf(event) !== "recovering",
    ms: ({ config }) => inMs(config.sessionTimeout, SETTINGS.sessionTimeoutMs),
  },
  {
    name: "request timeout",
    isEnd: (event) => event.type === "turn.interrupted" && codeOf(event) === "REQUEST_TIMEOUT",
    isBeginning: ({ type, turnId }, end) => type === "turn.started" && turnId === end.turnId,
    ms: ({ config }) => inMs(config.requestTimeout, SETTINGS.requestTimeoutMs),
  },
];

export function noTimeoutIsEarly({ stage, sessions, logs }: Findings): string[] {
  const at = (id: SessionId, { seq }: Event) => stage.world.appends.find(id, seq)?.at ?? 0;
  const timeouts = TIMEOUTS.filter(({ name }) => stage.gateways.count === 1 || name !== "session timeout");
  return sessions.flatMap((session) => {
    const log = logs.get(session.id) ?? [];
    return timeouts.flatMap(({ name, isEnd, isBeginning, ms }) =>
      log.filter(isEnd).flatMap((end) => {
        const from = log.slice(0, end.seq - 1).findLast((event) => isBeginning(event, end));
        const took = from ? at(session.id, end) - at(session.id, from) : 0;
        return took >= ms(session) ? [] : [`the ${name} of ${short(session.id)} came after ${took} ms at ${end.seq}`];
      }),
    );
  });
}
