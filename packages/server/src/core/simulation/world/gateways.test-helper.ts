/** The gateways of a world: each is core and its links over ports that die with it. One that dies is started again. */
import { CcError, type ErrorCode, isCcError, type SessionId } from "@cc-docker/protocol";
import { startLinkManager } from "../../../edges/link/link-manager.ts";
import type { Logger } from "../../../lib/logger.ts";
import { createMeter } from "../../../lib/meter.ts";
import { createRedactor } from "../../../lib/redact.ts";
import { type Core, type CoreSettings, createCore } from "../../core.ts";
import { METRICS } from "../../metric-table.ts";
import { NO_QUOTAS } from "../../quotas/no-quotas.test-helper.ts";
import { createLife, type Life } from "./life.test-helper.ts";
import { mortalBus, mortalClock, mortalStore } from "./mortal-ports.test-helper.ts";
import type { World } from "./world.test-helper.ts";

export type Gateway = { life: Life; core: Core; close(): Promise<void> };

export type Gateways = {
  /** How many there are, when none is dead. */
  readonly count: number;
  /** Those that are up, frozen ones too. */
  readonly up: Gateway[];
  /** Starts those that are missing. Who dies comes back by itself, after a while or, once hurried, at once. */
  startAll(how?: { hurried: boolean }): void;
};

export const SETTINGS: CoreSettings = {
  image: "image",
  startupTimeoutMs: 10_000,
  copyTimeoutMs: 300_000,
  parkAfterMs: 3000,
  idleTimeoutMs: 20_000,
  sessionTimeoutMs: 120_000,
  requestTimeoutMs: 20_000,
  hangTimeoutMs: 8000,
  quotas: NO_QUOTAS,
  maxTimeouts: { startupTimeout: 60, parkAfter: 600, idleTimeout: 3600, sessionTimeout: 3600, requestTimeout: 3600 },
  reconcileEveryMs: 10_000,
  version: "0.0.0",
};

/** With more than one they share their store, as with a database server. */
export function createGateways(world: World, count: number): Gateways {
  const { clock, trace } = world;
  const random = world.random("gateways");
  const up: Gateway[] = [];
  let alive = 0;
  let born = 0;
  let isHurried = false;

  function start(): void {
    const name = `gateway ${(born += 1)}`;
    alive += 1;
    const life = createLife(name, () => {
      trace.note(`${name} is gone`);
      alive -= 1;
      if (up.includes(gateway)) up.splice(up.indexOf(gateway), 1);
      clock.after(isHurried ? 50 : random.between(0, 3000), startAll);
    });
    const gateway = openGateway(world, life, count > 1);
    trace.note(`${name} starts`);
    const serve = () => {
      up.push(gateway);
      gateway.core.start();
    };
    void life.ask(gateway.core.join).then(serve, life.die); // one that cannot start ends
  }

  function startAll(): void {
    while (alive < count) start();
  }

  return {
    count,
    up,
    startAll: ({ hurried } = { hurried: false }) => {
      isHurried = hurried;
      startAll();
    },
  };
}

function openGateway(world: World, life: Life, isShared: boolean): Gateway {
  const { clock, newId, storeTrouble } = world;
  const random = world.random("store");
  const log = createLog(world, life);
  const note = world.appends.noting();
  const store = mortalStore(world.store, life, {
    isShared,
    inTransaction: (tx) => world.forks.noting(note(world.sabotage(tx))),
    outside: async () => {
      if (random.next() < 0.2) await clock.sleep(random.between(0, 5));
      if (storeTrouble.code === "STORE_UNAVAILABLE") refuse(storeTrouble.code);
    },
    inside: () => {
      if (storeTrouble.code) refuse(storeTrouble.code);
    },
  });
  const ownClock = mortalClock(clock, life);
  const runtime = world.engine.runtimeOf(life);
  const core = createCore({
    store,
    bus: mortalBus(world.bus, life),
    runtime,
    clock: ownClock,
    newId,
    log,
    meter: createMeter(METRICS),
    settings: SETTINGS,
  });
  const links = startLinkManager({
    links: core.links,
    log,
    serveBroker: () => undefined,
    modelMaxRetries: 2,
    redactor: createRedactor(),
    clock: ownClock,
    openPipe: (duplex, doors) => {
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      duplex.on("close", resolve);
      duplex.on("error", () => undefined); // as the real pipe: whoever talks over it hears of it
      doors.control(duplex);
      return { closed, close: () => void duplex.destroy() };
    },
  });
  const hear = (id: SessionId) => life.happen(() => core.links.heard(id));
  world.notes.trafficListeners.add(hear);
  life.onDeath(() => world.notes.trafficListeners.delete(hear));

  async function close(): Promise<void> {
    await life.ask(() => links.close().then(core.close)).catch(() => undefined);
    life.die();
  }
  return { life, core, close };
}

function refuse(code: ErrorCode): never {
  throw new CcError(code, "The database refused.");
}

/** What core logs as an error is a defect by its own word. */
function createLog({ defects, trace }: World, life: Life): Logger {
  const describe = (fields: object, text?: string) => {
    const { err, reason } = fields as { err?: unknown; reason?: unknown };
    const told = isCcError(err) ? err.message : err instanceof Error ? err.stack : reason;
    return `${life.name}: ${text ?? ""} ${String(told ?? "")}`;
  };
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields: object, text?: string) => void (life.isAlive && trace.note(`warns: ${describe(fields, text)}`)),
    error: (fields: object, text?: string) => void (life.isAlive && defects.push(describe(fields, text))),
  };
}
