/** The rules, wired. Everything an edge may ask for is here. */
import { describeError, isCcError, type SessionId, type TurnId } from "@cc-docker/protocol";
import { createBackground } from "../lib/background.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { noTracer, type Tracer } from "../lib/tracing/tracer.ts";
import { retry } from "../lib/wait.ts";
import type { Bus } from "../ports/bus/bus.ts";
import type { Runtime } from "../ports/runtime/runtime.ts";
import type { EventRow, SessionRow, Store } from "../ports/store/store.ts";
import { type Approvals, createApprovals } from "./approvals/approvals.ts";
import { type Audit, createAudit } from "./audit/audit.ts";
import { type CoreLinks, createCoreLinks } from "./core-links.ts";
import { createEventLog, type EventPages } from "./events/event-log.ts";
import type { Take } from "./events/pull-pages.ts";
import { createRecentEvents } from "./events/recent-events.ts";
import { createTextForm, type Encode, encodeOnce, type TextForm } from "./events/text-form.ts";
import type { EventPage } from "./events/walk.ts";
import { checkHealth, type HealthReport } from "./health.ts";
import { createHeartbeat } from "./leases/heartbeat.ts";
import { createAttendant, hearAsHolder } from "./leases/holder-bells.ts";
import { createLeases } from "./leases/leases.ts";
import { measureNow } from "./measure-now.ts";
import type { CoreMeter } from "./metric-table.ts";
import { createQuotas, type Limits, type QuotaSettings } from "./quotas/quotas.ts";
import { createRemindingBus } from "./reminding-bus.ts";
import { createAgentStarts } from "./sessions/agent-start.ts";
import { createContainerUsages, type LinkBytes } from "./sessions/container-usage.ts";
import { addCounts } from "./sessions/count-change.ts";
import { createDeadlines, type DeadlineSettings, type MaxTimeouts } from "./sessions/deadlines.ts";
import { createInstances } from "./sessions/instances.ts";
import { createLives } from "./sessions/lives.ts";
import { createReconcile } from "./sessions/reconcile-sessions.ts";
import { createReconciler } from "./sessions/reconciler.ts";
import { createSessionWriter } from "./sessions/session-writer.ts";
import { createSessions, type OwnedSession, type Sessions } from "./sessions/sessions.ts";
import { createIngest } from "./turns/ingest.ts";
import { createTurnSpans } from "./turns/turn-spans.ts";
import { createTurnSpend } from "./turns/turn-spend.ts";
import { createTurnWaits } from "./turns/turn-waits.ts";
import { createTurns, type Turns } from "./turns/turns.ts";

export type { CoreMeter, Encode, EventPage, EventPages, EventRow, SessionRow, Take, TextForm };

export type CoreDeps = {
  store: Store;
  bus: Bus;
  runtime: Runtime;
  clock: Clock;
  /** A new UUID. */
  newId: () => string;
  log: Logger;
  meter: CoreMeter;
  /** Nobody wants traces when absent. */
  tracer?: Tracer;
  settings: CoreSettings;
};

export type CoreSettings = DeadlineSettings & {
  image: string;
  startupTimeoutMs: number;
  copyTimeoutMs: number;
  maxTimeouts: MaxTimeouts;
  quotas: QuotaSettings;
  reconcileEveryMs: number;
  version: string;
};

/** How soon a full disk is tried again. */
const DISK_RETRY_MS = 1000;

export type Core = {
  sessions: Sessions;
  turns: Pick<Turns, "send" | "ask" | "get" | "interrupt">;
  approvals: Pick<Approvals, "list" | "get" | "answer">;
  events: {
    /** A page of a session's log: what has `seq > after`. @throws CcError SESSION_NOT_FOUND */
    read(input: OwnedSession & { after: number; limit: number }): Promise<EventRow[]>;
    /** That and what is to come, until `signal`. @throws (while it is read) CcError SESSION_NOT_FOUND */
    follow(input: OwnedSession & FollowRange): EventPages;
    /** The same for who is given a page as soon as it has taken the last. @throws what `take` throws, too */
    deliver(input: OwnedSession & FollowRange, take: Take<EventPage>): Promise<void>;
    /** The same as it is to be sent; who follows in one form is given the same bytes. */
    deliverText(input: OwnedSession & FollowRange, form: TextForm, take: Take<Buffer>): Promise<void>;
  };
  audit: Audit;
  links: CoreLinks;
  /** What the owner has, has used today, and may. */
  limits(owner: string): Promise<Limits>;
  health(signal: AbortSignal): Promise<HealthReport>;
  /** Prompts are accepted: the database answers. */
  isReady(): Promise<boolean>;
  /** Makes this gateway known to others that share its store: before anything else is asked of it. */
  join(): Promise<void>;
  /** Makes store and runtime agree in the background, now, every `reconcileEveryMs`, and when the runtime says so. */
  start(): void;
  /** Ends all work. Others may take this gateway's sessions at once. */
  close(): Promise<void>;
};

export { createTextForm, encodeOnce };

/** `after`: a seq. */
export type FollowRange = { after: number; signal: AbortSignal };

export function createCore({
  store: plain,
  bus,
  runtime,
  clock,
  newId,
  log,
  meter,
  tracer = noTracer,
  settings,
}: CoreDeps): Core {
  const { audit, store } = createAudit({ store: plain, clock, log });
  /** For who hears of what any gateway may have done. */
  const reminding = store.isShared ? createRemindingBus(bus, clock) : bus;
  const background = createBackground({ clock, log, isExpected: isCcError });
  const recent = createRecentEvents();
  const gatewayId = newId();
  const lost = new Set<(sessionId: SessionId) => void>();
  const leases = createLeases({ gatewayId, store, onLost });
  const { run } = background;
  const heartbeat = createHeartbeat({
    gatewayId,
    store,
    clock,
    run,
    onBuried: leases.doubt,
    onGone: () => reconciler.look(),
  });
  const deadlines = createDeadlines(clock, settings, {
    onPark: (id) => insist("park", () => instances.park(id)),
    onIdle: (id) => insist("idle timeout", () => instances.timeOut(id, "idle_timeout")),
    onSession: (id) => insist("session timeout", () => instances.timeOut(id, "session_timeout")),
    onRequest: (session) => insist("request timeout", () => turns.end(session, "request_timeout")),
    onSilent: (session) => insist("silent agent", () => turns.end(session, "hang")),
    onDeaf: (session) => insist("deaf agent", () => giveUpDeaf(session)),
  });
  const lives = createLives(meter, clock);
  const usages = createContainerUsages({ runtime, clock });
  measureNow(meter, { store, runtime, usages });
  const turnSpans = createTurnSpans({ store, tracer, background });
  const spend = createTurnSpend();
  const writer = createSessionWriter({
    store,
    leases,
    bus,
    clock,
    usesOf: spend.of,
    onAppended: recent.add,
    onCounted: (counts) => addCounts(meter, counts),
    onTurnsEnded: turnSpans.ended,
    onChanged: (session) => {
      deadlines.watch(session);
      lives.watch(session);
      spend.watch(session);
      usages.watch(session);
    },
    onInterrupted: deadlines.interrupted,
    onInstanceWanted: (session) => instances.replace(session),
    onTaken: (id) => bus.publish(`holders:${id}`, 0),
  });
  const quotas = createQuotas(settings.quotas, { countEnding: (except) => instances.countEnding(except) });
  const instances = createInstances({
    store,
    bus,
    runtime,
    clock,
    writer,
    leases,
    quotas,
    background,
    log,
    settings,
    setStill: deadlines.setStill,
  });
  const sessions = createSessions({
    store,
    writer,
    instances,
    usages,
    maxTimeouts: settings.maxTimeouts,
    quotas,
    directories: runtime.directories,
    newId,
  });
  const turns = createTurns({
    store,
    bus: reminding,
    writer,
    quotas,
    tracer,
    maxTimeoutSeconds: settings.maxTimeouts.requestTimeout,
    newTurnId: () => newId() as TurnId,
  });
  const turnWaits = createTurnWaits({ writer, background, setWaiting: deadlines.setWaiting });
  const ingest = createIngest({ writer, newId, onFailed: instances.sweep });
  const approvals = createApprovals({ store, writer, requireSession: sessions.get });
  const eventLog = createEventLog({ store, bus: reminding, recent });
  const reconcile = createReconcile({ store, runtime, bus, instances, leases, deadlines, log });
  const reconciler = createReconciler({
    reconcile: () => heartbeat.join().then(reconcile.all),
    everyMs: settings.reconcileEveryMs,
    clock,
    background,
  });
  const unsubscribes = [
    runtime.onChange(reconciler.look),
    hearAsHolder({ bus, leases }, "holders", createAttendant({ run, attend: reconcile.one })),
  ];
  lost.add(deadlines.forget).add(lives.forget).add(spend.forget).add(usages.forget).add(instances.abandon);
  const starts = createAgentStarts({ store, writer });

  /** A timer rings once: what it asks for is not lost to a disk that is full just then. */
  function insist(name: string, work: () => Promise<void>): void {
    const isPassing = (error: unknown) => isCcError(error, "STORE_FULL");
    background.run(name, (signal) => retry(work, { clock, signal, delayMs: DISK_RETRY_MS, isPassing }));
  }

  /** It did not end its turn when it was told to; whether it had been silent before says why it was told. */
  async function giveUpDeaf({ id: sessionId, generation, runningTurn }: SessionRow): Promise<void> {
    const turn = runningTurn && (await store.findTurn(runningTurn));
    const code = turn && turn.interrupt === "hang" ? "AGENT_SILENT" : "AGENT_EXITED";
    const message = `The agent of session ${sessionId} did not end its turn when it was told to.`;
    await instances.crash({ sessionId, generation }, describeError(code, message));
  }

  function carried(id: SessionId, bytes: LinkBytes): void {
    meter.add("cc_docker_container_network_rx_bytes", {}, bytes.rxBytes);
    meter.add("cc_docker_container_network_tx_bytes", {}, bytes.txBytes);
    usages.carried(id, bytes);
  }

  function onLost(id: SessionId): void {
    log.warn({ session_id: id }, "another gateway holds the session: it is let go of");
    for (const listener of lost) listener(id);
  }

  function followFrom({ after, signal, ...owned }: OwnedSession & FollowRange) {
    return { after, signal, admit: async () => void (await sessions.get(owned)) };
  }

  return {
    sessions,
    turns,
    approvals,
    events: {
      async read({ after, limit, ...owned }) {
        await sessions.get(owned);
        return eventLog.read(owned.sessionId, { after, limit });
      },
      follow: (input) => eventLog.follow(input.sessionId, followFrom(input)),
      deliver: (input, take) => eventLog.deliver(input.sessionId, followFrom(input), take),
      deliverText: (input, form, take) => eventLog.deliverText(input.sessionId, followFrom(input), form, take),
    },
    audit,
    links: createCoreLinks({
      store,
      directories: runtime.directories,
      bus,
      reminding,
      leases,
      lost,
      deadlines,
      instances,
      turns,
      turnWaits,
      spend,
      carried,
      approvals,
      starts,
      ingest,
    }),
    limits: (owner) => quotas.read(store, owner, clock.nowIso()),
    health: (signal) => checkHealth({ store, runtime, version: settings.version }, signal),
    isReady: () =>
      store.check().then(
        () => true,
        () => false,
      ),
    join: () =>
      heartbeat.join().catch((error: unknown) => {
        if (!isCcError(error, "STORE_FULL")) throw error; // each round tries it again
      }),
    start() {
      heartbeat.start();
      reconciler.start();
    },
    async close() {
      for (const unsubscribe of unsubscribes) unsubscribe();
      reconciler.close();
      deadlines.close();
      await background.close();
      await heartbeat.leave();
    },
  };
}
