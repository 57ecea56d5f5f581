/** Core with its embedded drivers, and a runtime whose instances only exist: the laws prove the real one. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { CcError, Event, type OutboxItem, type SessionConfig, type SessionId, type TurnId } from "@cc-docker/protocol";
import { onTestFinished } from "vitest";
import { type Clock, systemClock } from "../lib/clock.ts";
import { createMeter } from "../lib/meter.ts";
import { noTracer, type Tracer } from "../lib/tracing/tracer.ts";
import type { Bus } from "../ports/bus/bus.ts";
import { openInProcessBus } from "../ports/bus/drivers/in-process.ts";
import type { CopySpec, Instance, InstanceExit, InstanceSpec, Runtime } from "../ports/runtime/runtime.ts";
import { openSqliteStore } from "../ports/store/drivers/sqlite.ts";
import type { Store } from "../ports/store/store.ts";
import { type Core, type CoreSettings, createCore } from "./core.ts";
import { type CoreMeter, METRICS } from "./metric-table.ts";
import { NO_QUOTAS } from "./quotas/no-quotas.test-helper.ts";

export type IdleRuntime = Runtime & {
  instances: Map<SessionId, Instance>;
  /** Sessions that own a workspace, with or without an instance. */
  owners: Set<SessionId>;
  /** Called before an instance is there; a start waits for it and fails with it. */
  beforeStart: (spec: InstanceSpec, signal: AbortSignal) => Promise<void>;
  /** A copy waits for it and fails with it. */
  beforeCopy: (spec: CopySpec, signal: AbortSignal, onRead: () => void) => Promise<void>;
  beforeRemove: (sessionId: SessionId) => Promise<void>;
  exit(exit: InstanceExit): void;
  /** Something has changed behind core's back. */
  change(): void;
};

function createIdleRuntime(): IdleRuntime {
  const listeners = new Set<(exit: InstanceExit) => void>();
  const changeListeners = new Set<() => void>();
  const setPaused = (sessionId: SessionId, paused: boolean) => {
    const instance = runtime.instances.get(sessionId);
    if (instance?.running) runtime.instances.set(sessionId, { ...instance, paused });
  };
  const runtime: IdleRuntime = {
    directories: {
      find: async (path) => ({ path: path.replace("/link", "/real"), uid: 12_345, gid: 100 }),
      require: async () => undefined,
      requireMounted: async () => undefined,
    },
    instances: new Map(),
    owners: new Set(),
    beforeStart: async () => undefined,
    beforeCopy: async () => undefined,
    beforeRemove: async () => undefined,
    exit: (exit) => listeners.forEach((listener) => listener(exit)),
    change: () => changeListeners.forEach((listener) => listener()),
    check: async () => undefined,
    async start(spec, signal) {
      await runtime.beforeStart(spec, signal);
      signal.throwIfAborted();
      const { sessionId, generation } = spec;
      const instance = { ref: randomUUID(), sessionId, generation, running: true, paused: false };
      runtime.instances.set(sessionId, instance);
      runtime.owners.add(sessionId);
      return instance;
    },
    async copy(spec, signal, onRead) {
      await runtime.beforeCopy(spec, signal, onRead);
      signal.throwIfAborted();
      if (!runtime.owners.has(spec.from)) return false;
      runtime.owners.add(spec.to);
      return true;
    },
    openLink: async () => new PassThrough(),
    pause: async (sessionId) => setPaused(sessionId, true),
    unpause: async (sessionId) => setPaused(sessionId, false),
    stop: async (sessionId) => void runtime.instances.delete(sessionId),
    async remove(sessionId) {
      await runtime.beforeRemove(sessionId);
      runtime.instances.delete(sessionId);
      runtime.owners.delete(sessionId);
    },
    measure: async () => ({ atMs: 1000, cpuMs: 1000, memoryBytes: 1024 }),
    list: async () => [...runtime.instances.values()],
    listOwners: async () => [...runtime.owners],
    listActive: async () => [...runtime.instances.keys()],
    onExit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  return runtime;
}

export type TestCore = AsyncDisposable & {
  core: Core;
  store: Store;
  bus: Bus;
  runtime: IdleRuntime;
  /** What was logged as an error: defects, not expected ends. */
  errors: object[];
  meter: CoreMeter;
  /** A session whose agent is ready. */
  openSession(owner?: string, config?: SessionConfig): Promise<SessionId>;
  send(sessionId: SessionId, prompt?: string): Promise<TurnId>;
  /** What the wrapper sends, numbered on from the last. */
  ingest(sessionId: SessionId, ...items: NewItem[]): Promise<number>;
  readEvents(sessionId: SessionId): Promise<Event[]>;
};

type NewItem = OutboxItem extends infer Item ? (Item extends { n: number } ? Omit<Item, "n"> : never) : never;

const HOUR_MS = 3_600_000;
const TEST_SETTINGS: CoreSettings = {
  image: "image",
  startupTimeoutMs: 10_000,
  parkAfterMs: 0,
  copyTimeoutMs: 10_000,
  idleTimeoutMs: HOUR_MS,
  sessionTimeoutMs: HOUR_MS,
  requestTimeoutMs: HOUR_MS,
  hangTimeoutMs: HOUR_MS,
  quotas: NO_QUOTAS,
  maxTimeouts: { startupTimeout: 600, parkAfter: 600, idleTimeout: 3600, sessionTimeout: 3600, requestTimeout: 3600 },
  reconcileEveryMs: HOUR_MS,
  version: "0.0.0",
};

/** All that a test does not care for. `store` and `runtime` may be those of an earlier core, as after a restart. */
export async function openTestCore({
  startupTimeoutMs = 10_000,
  timeouts = {},
  isShared = false,
  beside,
  runtime = beside?.runtime ?? createIdleRuntime(),
  clock = systemClock,
  tracer = noTracer,
}: {
  startupTimeoutMs?: number;
  timeouts?: Partial<CoreSettings>;
  /** Other gateways may use the store. */
  isShared?: boolean;
  /** The core of another gateway, which this one shares store, bus and runtime with. */
  beside?: TestCore;
  runtime?: IdleRuntime;
  clock?: Clock;
  tracer?: Tracer;
} = {}): Promise<TestCore> {
  const directory = await mkdtemp(join(tmpdir(), "cc-docker-core-"));
  const errors: object[] = [];
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (fields: object) => void errors.push(fields) };
  const store = beside?.store ?? { ...(await openSqliteStore({ path: join(directory, "core.db") })), isShared };
  const bus = beside?.bus ?? openInProcessBus({ onError: (error) => errors.push({ err: error }) });
  const settings = { ...TEST_SETTINGS, startupTimeoutMs, ...timeouts };
  const meter = createMeter(METRICS);
  const core = createCore({ store, bus, runtime, clock, newId: randomUUID, log, meter, tracer, settings });
  await core.join();
  let sent = 0;

  async function openSession(owner = "ann", config: SessionConfig = {}): Promise<SessionId> {
    const { id } = await core.sessions.create({ owner, config });
    await core.links.ready({ sessionId: id, generation: 1 });
    return id;
  }

  async function send(sessionId: SessionId, prompt = "hi"): Promise<TurnId> {
    return (await core.turns.send({ owner: "ann", sessionId, prompt, idempotencyKey: randomUUID() })).id;
  }

  async function ingest(sessionId: SessionId, ...items: NewItem[]): Promise<number> {
    const numbered = items.map((item) => ({ ...item, n: (sent += 1) }) as OutboxItem);
    const { generation = 1 } = (await store.findSession(sessionId)) ?? {};
    return core.links.ingest({ sessionId, generation, items: numbered });
  }

  async function readEvents(sessionId: SessionId): Promise<Event[]> {
    const rows = await store.readEvents(sessionId, { after: 0, limit: 100_000, maxBytes: 1e9 });
    return rows.map(({ json }) => Event.parse(JSON.parse(json)));
  }

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await core.close();
    if (!beside) await bus.close();
    if (!beside) await store.close();
    await rm(directory, { recursive: true, force: true });
  }
  const closeOnce = () => (closing ??= close());
  onTestFinished(closeOnce);
  return {
    core,
    store,
    bus,
    runtime,
    errors,
    meter,
    openSession,
    send,
    ingest,
    readEvents,
    [Symbol.asyncDispose]: closeOnce,
  };
}

export function agentMessage(turnId: TurnId | undefined, message: { type: string; [field: string]: unknown }): NewItem {
  return { kind: "agent", ...(turnId && { turnId }), message };
}

/** How Claude Code says that a turn is over. */
export function resultMessage(turnId: TurnId, fields: Record<string, unknown> = {}): NewItem {
  return agentMessage(turnId, { type: "result", subtype: "success", is_error: false, result: "done", ...fields });
}

export function refused(code: string) {
  return { code, name: CcError.name };
}
