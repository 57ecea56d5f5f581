/** What containers use: asked of the engine when somebody looks, and not again for some seconds. */
import type { SessionId } from "@cc-docker/protocol";
import { createAtMost } from "../../lib/at-most.ts";
import { type Clock, pause } from "../../lib/clock.ts";
import { dropOldest } from "../../lib/drop-oldest.ts";
import type { Instance, InstanceUsage, Runtime } from "../../ports/runtime/runtime.ts";
import type { SessionRow } from "../../ports/store/store.ts";
import { isLive } from "./session-status.ts";

/** `cpuPercent`: of one core, since the last look, or over a moment where there was none. */
export type ContainerUsage = { cpuPercent: number; memoryBytes: number };
/** What came over a container's link, which is all the network that it has: `rxBytes` went in, `txBytes` came out. */
export type LinkBytes = { rxBytes: number; txBytes: number };

export type ContainerUsages = {
  /**
   * Of all containers that run, as far as the engine has told it soon, or at the look before. `undefined` when it has told
   * of none yet. @throws CcError RUNTIME_UNAVAILABLE
   */
  measureAll(): Promise<ContainerUsage[] | undefined>;
  /** Of the session's, if it runs one. @throws CcError RUNTIME_UNAVAILABLE */
  measure(session: Pick<SessionRow, "id" | "generation">): Promise<ContainerUsage | undefined>;
  /** So much more has come over the session's link. */
  carried(sessionId: SessionId, bytes: LinkBytes): void;
  /** In this life of the session, as far as this gateway has seen it. */
  bytesOf(sessionId: SessionId): LinkBytes;
  /** The session as a change has left it. */
  watch(session: SessionRow): void;
  forget(sessionId: SessionId): void;
};

const FRESH_MS = 5000;
/** Where there was no look before, between two. */
const MOMENT_MS = 250;
/** Whoever waits for all gets what there is by then; the rest is there at the next look. */
const SOON_MS = 1500;
/** An engine may have them wait for a second and then answer all of them: many cost it no more than few. */
const AT_ONCE = 64;
/** Words of a session may come when it rests already: what is kept of it then goes with time. */
const MAX_KEPT = 10_000;

type Known = { ref: string; lookedAtMs: number; told: InstanceUsage; usage: ContainerUsage };

export function createContainerUsages({ runtime, clock }: { runtime: Runtime; clock: Clock }): ContainerUsages {
  const known = new Map<SessionId, Known>();
  const asked = new Map<string, Promise<ContainerUsage | undefined>>();
  const atMost = createAtMost(AT_ONCE);
  const carriedBy = new Map<SessionId, LinkBytes>();
  const look = (instance: Instance) => atMost(() => runtime.measure(instance));

  function findKnown({ ref, sessionId }: Instance): Known | undefined {
    const before = known.get(sessionId);
    return before?.ref === ref ? before : undefined;
  }

  function measureOne(instance: Instance): Promise<ContainerUsage | undefined> {
    const { ref } = instance;
    const before = findKnown(instance);
    if (before && clock.monotonicMs() - before.lookedAtMs < FRESH_MS) return Promise.resolve(before.usage);
    const running = asked.get(ref) ?? ask(instance, before?.told).finally(() => asked.delete(ref));
    asked.set(ref, running);
    return running;
  }

  async function ask(instance: Instance, before: InstanceUsage | undefined): Promise<ContainerUsage | undefined> {
    const first = before ?? (await look(instance));
    if (!first) return undefined;
    if (!before) await pause(clock, MOMENT_MS, new AbortController().signal);
    const told = await look(instance);
    if (!told) return undefined;
    const usage = { cpuPercent: cpuPercentBetween(first, told), memoryBytes: told.memoryBytes };
    known.delete(instance.sessionId);
    known.set(instance.sessionId, { ref: instance.ref, lookedAtMs: clock.monotonicMs(), told, usage });
    dropOldest(known, MAX_KEPT);
    return usage;
  }

  async function measureAll(): Promise<ContainerUsage[] | undefined> {
    const running = (await runtime.list()).filter((instance) => instance.running);
    const patience = new AbortController();
    const all = Promise.allSettled(running.map(measureOne));
    await Promise.race([all, pause(clock, SOON_MS, patience.signal)]);
    patience.abort();
    const found = running.flatMap((instance) => findKnown(instance)?.usage ?? []);
    return found.length === 0 && running.length > 0 ? undefined : found;
  }

  async function measure({ id, generation }: Pick<SessionRow, "id" | "generation">) {
    const isIt = (one: Instance) => one.sessionId === id && one.generation === generation && one.running;
    const instance = (await runtime.list()).find(isIt);
    return instance && measureOne(instance);
  }

  function carried(sessionId: SessionId, { rxBytes, txBytes }: LinkBytes): void {
    const sum = carriedBy.get(sessionId) ?? { rxBytes: 0, txBytes: 0 };
    carriedBy.delete(sessionId);
    carriedBy.set(sessionId, { rxBytes: sum.rxBytes + rxBytes, txBytes: sum.txBytes + txBytes });
    dropOldest(carriedBy, MAX_KEPT);
  }

  function forget(sessionId: SessionId): void {
    known.delete(sessionId);
    carriedBy.delete(sessionId);
  }

  return {
    measureAll,
    measure,
    carried,
    bytesOf: (sessionId) => carriedBy.get(sessionId) ?? { rxBytes: 0, txBytes: 0 },
    watch: (session) => void (isLive(session) || forget(session.id)),
    forget,
  };
}

function cpuPercentBetween(before: InstanceUsage, now: InstanceUsage): number {
  const elapsedMs = now.atMs - before.atMs;
  return elapsedMs > 0 ? Math.max(0, (100 * (now.cpuMs - before.cpuMs)) / elapsedMs) : 0;
}
