/** The rules, wired. Everything an edge may ask for is here. */
import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import { type CcError, isCcError, type SessionId, type TurnId, toErrorShape } from "@cc-docker/protocol";
import { createBackground } from "../lib/background.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Bus } from "../ports/bus/bus.ts";
import type { Runtime } from "../ports/runtime/runtime.ts";
import type { EventRow, SessionRow, Store } from "../ports/store/store.ts";
import { createEventLog } from "./events/event-log.ts";
import { createRecentEvents } from "./events/recent-events.ts";
import { checkHealth, type HealthReport } from "./health.ts";
import { createInstances } from "./sessions/instances.ts";
import { reconcileSessions } from "./sessions/reconcile-sessions.ts";
import { createSessionWriter } from "./sessions/session-writer.ts";
import { createSessions, type OwnedSession, type Sessions } from "./sessions/sessions.ts";
import { createIngest, type Ingest } from "./turns/ingest.ts";
import { createTurns, type Turns } from "./turns/turns.ts";

export type { EventRow, SessionRow };

export type CoreDeps = {
  store: Store;
  bus: Bus;
  runtime: Runtime;
  clock: Clock;
  log: Logger;
  settings: { image: string; startupTimeoutMs: number; reconcileEveryMs: number; version: string };
};

export type Core = {
  sessions: Sessions;
  turns: Pick<Turns, "send" | "ask" | "get">;
  events: {
    read(input: OwnedSession & { after: number; limit: number }): Promise<EventRow[]>;
    follow(input: OwnedSession & { after: number; signal: AbortSignal }): AsyncGenerator<EventRow[], void, undefined>;
  };
  /** What the link edge needs of a session. */
  links: {
    onWanted(listener: (sessionId: SessionId) => void): () => void;
    onCommand(sessionId: SessionId, listener: () => void): () => void;
    /** The session while it needs a link. @throws CcError SESSION_NOT_RUNNING */
    require(sessionId: SessionId): Promise<SessionRow>;
    open(sessionId: SessionId, signal: AbortSignal): Promise<Duplex>;
    ready(sessionId: SessionId): Promise<void>;
    findRunningTurn: Turns["findRunning"];
    ingest: Ingest;
    /** Gives the session up: its link could not be had for too long, or what came over it cannot be used. */
    giveUp(sessionId: SessionId, error: CcError): Promise<void>;
  };
  health(signal: AbortSignal): Promise<HealthReport>;
  /** Makes store and runtime agree in the background, now and every `reconcileEveryMs`. */
  start(): void;
  close(): Promise<void>;
};

export function createCore({ store, bus, runtime, clock, log, settings }: CoreDeps): Core {
  const background = createBackground({ log, isExpected: isCcError });
  const recent = createRecentEvents();
  const writer = createSessionWriter({ store, bus, clock, onAppended: recent.add });
  const instances = createInstances({ store, bus, runtime, writer, background, log, settings });
  const sessions = createSessions({ store, writer, instances, newSessionId: () => randomUUID() as SessionId });
  const turns = createTurns({ store, bus, writer, newTurnId: () => randomUUID() as TurnId });
  const ingest = createIngest({ writer, onFailed: instances.sweep });
  const eventLog = createEventLog({ store, bus, recent });
  const reconcile = () => reconcileSessions({ store, runtime, bus, instances, log });
  let timer: NodeJS.Timeout | undefined;

  async function* follow({ after, signal, ...owned }: OwnedSession & { after: number; signal: AbortSignal }) {
    await sessions.get(owned);
    yield* eventLog.follow(owned.sessionId, after, signal);
  }

  return {
    sessions,
    turns,
    events: {
      async read({ after, limit, ...owned }) {
        await sessions.get(owned);
        return eventLog.read(owned.sessionId, { after, limit });
      },
      follow,
    },
    links: {
      onWanted: (listener) => bus.subscribe("links:*", (topic) => listener(topic.slice("links:".length) as SessionId)),
      onCommand: (sessionId, listener) => bus.subscribe(`commands:${sessionId}`, listener),
      require: instances.requireLinkable,
      open: instances.openLink,
      ready: instances.ready,
      findRunningTurn: turns.findRunning,
      ingest,
      giveUp: (sessionId, error) => instances.fail(sessionId, "crashed", toErrorShape(error)),
    },
    health: (signal) => checkHealth({ store, runtime, version: settings.version }, signal),
    start() {
      let isReconciling = false;
      const keepReconciled = () => {
        if (isReconciling) return; // a slow engine must not gather rounds
        isReconciling = true;
        background.run("reconcile", () => reconcile().finally(() => (isReconciling = false)));
      };
      keepReconciled();
      timer = setInterval(keepReconciled, settings.reconcileEveryMs);
    },
    async close() {
      clearInterval(timer);
      await background.close();
    },
  };
}
