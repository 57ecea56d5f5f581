/**
 * The timeouts of live sessions. Timers run on the monotonic clock of this process and begin anew when a gateway takes
 * a session over: an hour more or less on the wall changes nothing.
 */
import { CcError, type SessionConfig, type SessionId } from "@cc-docker/protocol";
import type { SessionRow } from "../../ports/store/store.ts";
import { isLive } from "./session-writer.ts";

/** In seconds, by the names they have in a session's configuration. */
export type MaxTimeouts = Record<TimeoutName, number>;
type TimeoutName = "startupTimeout" | "idleTimeout" | "sessionTimeout" | "requestTimeout";

/** How long an interrupted agent may take to say so before it is taken for dead. */
const INTERRUPT_GRACE_MS = 10_000;

export type DeadlineSettings = { idleTimeoutMs: number; sessionTimeoutMs: number; requestTimeoutMs: number };
export type DeadlineHandlers = {
  onIdle: (sessionId: SessionId) => void;
  onSession: (sessionId: SessionId) => void;
  onRequest: (session: SessionRow) => void;
  /** The agent has not ended a turn that it was told to end. */
  onDeaf: (session: SessionRow) => void;
};

export type Deadlines = {
  /** The session as it is by now; its timers are set, left running, or cleared accordingly. */
  watch(session: SessionRow): void;
  close(): void;
};

/** `session`: as it was told last; a crash may have given it another instance since a timer was set. */
type Watched = { session: SessionRow; life: Timer; phase: Timer };
/** `key`: what is being timed; while it stays the same the timer goes on. */
type Timer = { key: string; handle: NodeJS.Timeout | undefined };

export function createDeadlines(settings: DeadlineSettings, handlers: DeadlineHandlers): Deadlines {
  const watched = new Map<SessionId, Watched>();

  function watch(session: SessionRow): void {
    const { id, config } = session;
    const own = watched.get(id) ?? { session, life: newTimer(), phase: newTimer() };
    if (!isLive(session)) return forget(id, own);
    own.session = session;
    watched.set(id, own);
    set(own.life, "life", toMs(config.sessionTimeout) ?? settings.sessionTimeoutMs, () => handlers.onSession(id));
    watchPhase(own);
  }

  function watchPhase(own: Watched): void {
    const { id, status, runningTurn, config } = own.session;
    if (status === "idle")
      set(own.phase, "idle", toMs(config.idleTimeout) ?? settings.idleTimeoutMs, () => handlers.onIdle(id));
    else if (runningTurn) watchTurn(own, runningTurn);
    else set(own.phase, status, undefined, () => undefined);
  }

  function watchTurn(own: Watched, turn: string): void {
    const requestMs = toMs(own.session.config.requestTimeout) ?? settings.requestTimeoutMs;
    set(own.phase, turn, requestMs, () => {
      handlers.onRequest(own.session);
      set(own.phase, `${turn} interrupted`, INTERRUPT_GRACE_MS, () => handlers.onDeaf(own.session));
      own.phase.key = turn; // it is still this turn that is timed
    });
  }

  function set(timer: Timer, key: string, ms: number | undefined, onEnd: () => void): void {
    if (timer.key === key) return;
    clearTimeout(timer.handle);
    timer.key = key;
    timer.handle = ms === undefined ? undefined : setTimeout(onEnd, ms).unref();
  }

  function forget(id: SessionId, { life, phase }: Watched): void {
    clearTimeout(life.handle);
    clearTimeout(phase.handle);
    watched.delete(id);
  }

  return {
    watch,
    close: () => {
      for (const [id, timers] of watched) forget(id, timers);
    },
  };
}

function newTimer(): Timer {
  return { key: "", handle: undefined };
}

function toMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

/** @throws CcError TIMEOUT_TOO_LONG naming every one that is above the operator's maximum */
export function checkTimeouts(config: SessionConfig, max: MaxTimeouts): void {
  const names = Object.keys(max) as TimeoutName[];
  const tooLong = names.filter((name) => (config[name] ?? 0) > max[name]);
  if (tooLong.length === 0) return;
  const told = tooLong.map((name) => `${name} is ${config[name]} s, at most ${max[name]} s are allowed`);
  throw new CcError("TIMEOUT_TOO_LONG", `${told.join("; ")}.`);
}
