/**
 * The timeouts of live sessions. Timers run on the monotonic clock of this process and begin anew when a gateway takes
 * a session over: an hour more or less on the wall changes nothing.
 */
import { CcError, type SessionConfig, type SessionId } from "@cc-docker/protocol";
import type { Clock } from "../../lib/clock.ts";
import type { SessionRow } from "../../ports/store/store.ts";
import { isHeld, isLive } from "./session-status.ts";

/** In seconds, by the names they have in a session's configuration. */
export type MaxTimeouts = Record<TimeoutName, number>;
type TimeoutName = "startupTimeout" | "parkAfter" | "idleTimeout" | "sessionTimeout" | "requestTimeout";

/** How long an interrupted agent may take to say so before it is taken for dead. */
const INTERRUPT_GRACE_MS = 10_000;

export type DeadlineSettings = {
  /** 0: never. */
  parkAfterMs: number;
  idleTimeoutMs: number;
  sessionTimeoutMs: number;
  requestTimeoutMs: number;
  /** Without a word of the agent and without model traffic, in a turn. */
  hangTimeoutMs: number;
};
export type DeadlineHandlers = {
  /** The session has been idle for so long that its agent need not run. */
  onPark: (sessionId: SessionId) => void;
  onIdle: (sessionId: SessionId) => void;
  onSession: (sessionId: SessionId) => void;
  onRequest: (session: SessionRow) => void;
  /** Nothing has been heard of the agent in its turn for too long. */
  onSilent: (session: SessionRow) => void;
  /** The agent has not ended a turn that it was told to end. */
  onDeaf: (session: SessionRow) => void;
};

export type Deadlines = {
  /** The session as it is by now; its timers are set, left running, or cleared accordingly. */
  watch(session: SessionRow): void;
  /** The session's running turn has been told to end. */
  interrupted(session: SessionRow): void;
  /** The session's agent is alive: it spoke, or the model spoke to it. */
  heard(sessionId: SessionId): void;
  /**
   * Its agent cannot speak nor hear, and that is nobody's fault: the time of its turn stands still. To be said again
   * while it is so.
   */
  setStill(sessionId: SessionId, isStill: boolean): void;
  /** Its turn waits for what is not its agent's doing: the time of the turn stands still until it waits no more. */
  setWaiting(sessionId: SessionId, waits: boolean): void;
  /** The session is no longer this gateway's to time. */
  forget(sessionId: SessionId): void;
  close(): void;
};

/** `session`: as it was told last; a crash may have given it another instance since a timer was set. */
type Watched = {
  session: SessionRow;
  life: Timer;
  /** The turn, or the rest between two. */
  phase: Timer;
  park: Timer;
  silence: Timer;
  grace: Timer;
  /** On the monotonic clock. */
  heardAt: number;
  /** On the monotonic clock: until then its agent could not hear. */
  deafenedAt: number;
  /** Its agent can neither speak nor hear. */
  isStill: boolean;
  /** Its turn waits for what is not its agent's doing. */
  waits: boolean;
};
/** `key`: what is being timed; while it stays the same the timer goes on. `leftMs`: it is held, with so much to go. */
type Timer = { key: string; cancel: () => void; endsAt: number; leftMs?: number | undefined };

export function createDeadlines(clock: Clock, settings: DeadlineSettings, handlers: DeadlineHandlers): Deadlines {
  const watched = new Map<SessionId, Watched>();

  function watch(session: SessionRow): void {
    const { id, config } = session;
    const own = watched.get(id) ?? newWatched(session, clock.monotonicMs());
    if (!isLive(session)) return clear(id, own);
    if (own.session.parked && session.status === "idle") set(own.phase, "", undefined, nothing); // it was asked for anew
    if (isAnotherLife(own.session, session)) set(own.life, "", undefined, nothing);
    own.session = session;
    watched.set(id, own);
    const lifeMs = toMs(config.sessionTimeout) ?? settings.sessionTimeoutMs;
    if (isAsking(session)) hold(own.life);
    else set(own.life, "life", lifeMs, () => handlers.onSession(id));
    watchPhase(own);
    watchSilence(own);
    if (own.grace.key !== graceKey(session) || isHeld(session)) set(own.grace, "", undefined, nothing);
  }

  /** Being heard costs no timer: the one there is looks again when its time is up. */
  function watchSilence(own: Watched): void {
    const { runningTurn, status, generation } = own.session;
    const waits = own.waits || isAsking(own.session);
    const works = runningTurn !== undefined && status === "running" && !waits;
    const key = works ? `${runningTurn} ${generation}` : "";
    if (own.silence.key !== key) own.heardAt = clock.monotonicMs();
    set(own.silence, key, works ? settings.hangTimeoutMs : undefined, () => lookAtSilence(own));
  }

  function lookAtSilence(own: Watched): void {
    const leftMs = own.heardAt + settings.hangTimeoutMs - clock.monotonicMs();
    if (leftMs > 0) own.silence.cancel = clock.setTimer(leftMs, () => lookAtSilence(own));
    else handlers.onSilent(own.session);
  }

  function heard(sessionId: SessionId): void {
    const own = watched.get(sessionId);
    if (own) own.heardAt = clock.monotonicMs();
  }

  function watchPhase(own: Watched): void {
    const { id, status, parked, runningTurn, config } = own.session;
    const parkMs = status === "idle" ? (toMs(config.parkAfter) ?? settings.parkAfterMs) : 0;
    set(own.park, status === "idle" ? "idle" : "", parkMs || undefined, () => handlers.onPark(id));
    if (status === "idle" || parked)
      set(own.phase, "idle", toMs(config.idleTimeout) ?? settings.idleTimeoutMs, () => handlers.onIdle(id));
    else if (runningTurn && (isHeld(own.session) || isAsking(own.session))) hold(own.phase);
    else if (runningTurn) watchTurn(own, runningTurn);
    else set(own.phase, status, undefined, nothing);
  }

  function watchTurn(own: Watched, turn: string): void {
    const { turnTimeout, config } = own.session;
    const requestMs = toMs(turnTimeout ?? config.requestTimeout) ?? settings.requestTimeoutMs;
    set(own.phase, turn, requestMs, () => handlers.onRequest(own.session));
    if (own.waits || own.isStill) hold(own.phase);
  }

  function setWaiting(sessionId: SessionId, waits: boolean): void {
    const own = watched.get(sessionId);
    if (!own || own.waits === waits) return;
    own.waits = waits;
    watch(own.session);
  }

  function interrupted(session: SessionRow): void {
    const own = watched.get(session.id);
    if (!own || !session.runningTurn) return;
    set(own.grace, graceKey(session), INTERRUPT_GRACE_MS, () => lookAtGrace(own));
  }

  function lookAtGrace(own: Watched): void {
    const leftMs = own.deafenedAt + INTERRUPT_GRACE_MS - clock.monotonicMs();
    if (leftMs > 0) own.grace.cancel = clock.setTimer(leftMs, () => lookAtGrace(own));
    else handlers.onDeaf(own.session);
  }

  function setStill(sessionId: SessionId, isStill: boolean): void {
    const own = watched.get(sessionId);
    if (!own) return;
    own.heardAt = own.deafenedAt = clock.monotonicMs();
    if (own.isStill === isStill) return;
    own.isStill = isStill;
    watch(own.session);
  }

  function set(timer: Timer, key: string, ms: number | undefined, onEnd: () => void): void {
    const leftMs = timer.key === key ? timer.leftMs : ms;
    if (timer.key === key && leftMs === undefined) return;
    timer.cancel();
    const endsAt = clock.monotonicMs() + (leftMs ?? Number.POSITIVE_INFINITY);
    const cancel = leftMs === undefined ? nothing : clock.setTimer(leftMs, onEnd);
    Object.assign(timer, { key, endsAt, cancel, leftMs: undefined });
  }

  /** Its time does not run until it is set again. */
  function hold(timer: Timer): void {
    if (timer.leftMs !== undefined || !Number.isFinite(timer.endsAt)) return;
    timer.cancel();
    timer.leftMs = Math.max(0, timer.endsAt - clock.monotonicMs());
  }

  function clear(id: SessionId, { life, phase, park, silence, grace }: Watched): void {
    for (const { cancel } of [life, phase, park, silence, grace]) cancel();
    watched.delete(id);
  }

  return {
    watch,
    interrupted,
    heard,
    setStill,
    setWaiting,
    forget: (id) => {
      const own = watched.get(id);
      if (own) clear(id, own);
    },
    close: () => {
      for (const [id, timers] of watched) clear(id, timers);
    },
  };
}

function newWatched(session: SessionRow, heardAt: number): Watched {
  return {
    session,
    life: newTimer(),
    phase: newTimer(),
    park: newTimer(),
    silence: newTimer(),
    grace: newTimer(),
    heardAt,
    deafenedAt: Number.NEGATIVE_INFINITY,
    isStill: false,
    waits: false,
  };
}

/** Its agent waits for a person, who may take as long as it takes. */
function isAsking({ runningTurn, openApprovals }: SessionRow): boolean {
  return runningTurn !== undefined && openApprovals > 0;
}

/** What one agent was told says nothing of the next, which may have the same turn. */
function graceKey({ runningTurn, generation }: SessionRow): string {
  return runningTurn === undefined ? "" : `${runningTurn} ${generation}`;
}

/**
 * Between two looks another gateway may have stopped and woken the session. All else that counts up its instances
 * happens here: a crash, which counts itself too, or comes while a person has paused it.
 */
function isAnotherLife(before: SessionRow, now: SessionRow): boolean {
  return now.generation > before.generation && now.crashes === 0 && !isHeld(now);
}

function newTimer(): Timer {
  return { key: "", cancel: nothing, endsAt: Number.POSITIVE_INFINITY };
}

function nothing(): void {}

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
