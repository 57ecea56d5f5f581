/** The engine: containers that take their time to start, die, and outlive their gateway; an engine that goes away. */
import { CcError, type SessionId } from "@cc-docker/protocol";
import type { HostDirectories } from "../../../ports/runtime/host-directories.ts";
import type { Instance, InstanceExit, InstanceSpec, Runtime } from "../../../ports/runtime/runtime.ts";
import type { Life } from "../world/life.test-helper.ts";
import type { VirtualClock } from "../world/virtual-clock.test-helper.ts";
import type { AgentDeps } from "./agent.test-helper.ts";
import { createExitWatch } from "./exit-watch.test-helper.ts";
import { type Home, startWrapper, type Wrapper } from "./wrapper.test-helper.ts";

export type Box = { instance: Instance; ended: boolean; wrapper: Wrapper | undefined };

export type Engine = {
  boxes: Map<SessionId, Box>;
  /** What sessions own beside their instances. */
  homes: Map<SessionId, Home>;
  /** How the next starts go wrong, if any. */
  startTrouble: { kind: "fails" | "slow"; count: number };
  runtimeOf(life: Life): Runtime;
  /** A container ends by itself. */
  kill(sessionId: SessionId): void;
  /** Somebody else has a container stand still, or go on. */
  meddle(sessionId: SessionId, paused: boolean): void;
  leave(how: { takesBoxes: boolean }): void;
  comeBack(): void;
};

const SLOW_MS = 60_000;

/** Files are no part of this world. */
const none = () => Promise.reject(new CcError("WORKSPACE_NOT_ALLOWED", "This engine's machine has no directories."));
const NO_DIRECTORIES: HostDirectories = { find: none, require: none, requireMounted: none };

export function createEngine(deps: AgentDeps & { clock: VirtualClock }): Engine {
  const { clock, random, newId } = deps;
  const boxes: Engine["boxes"] = new Map();
  const homes: Engine["homes"] = new Map();
  const startTrouble: Engine["startTrouble"] = { kind: "fails", count: 0 };
  let isAway = false;
  const exits = createExitWatch(clock, random, {
    isAway: () => isAway,
    listEnded: () => [...boxes.values()].filter(({ ended }) => ended).map(({ instance }) => instance),
  });

  /** One request: it takes its time, during which the engine may go away. */
  async function request<T>(work: () => T, tookMs = random.between(1, 40)): Promise<T> {
    await clock.sleep(tookMs);
    if (isAway) throw new CcError("RUNTIME_UNAVAILABLE", "The engine is away.");
    return work();
  }

  /** Who has died does not get to the next request. */
  async function start(spec: InstanceSpec, signal: AbortSignal, life: Life): Promise<Instance> {
    signal.throwIfAborted();
    try {
      await request(() => make(spec));
      signal.throwIfAborted();
      await life.call(async () => undefined);
      if (startTrouble.kind === "slow" && startTrouble.count-- > 0) await untilAborted(signal, SLOW_MS);
      signal.throwIfAborted();
      return await request(() => boot(spec));
    } catch (error) {
      if (life.isAlive) await request(() => discard(spec.sessionId)).catch(() => undefined);
      throw error;
    }
  }

  function make({ sessionId, generation }: InstanceSpec): void {
    const there = boxes.get(sessionId);
    if (there && there.instance.generation === generation && !there.ended) return;
    discard(sessionId);
    const instance = { ref: newId(), sessionId, generation, running: false, paused: false };
    boxes.set(sessionId, { instance, ended: false, wrapper: undefined });
    if (!homes.has(sessionId)) homes.set(sessionId, { items: [], lastNumber: 0, said: [] });
  }

  function boot({ sessionId, generation }: InstanceSpec): Instance {
    const box = boxes.get(sessionId);
    const home = homes.get(sessionId);
    const fails = startTrouble.kind === "fails" && startTrouble.count-- > 0;
    if (!box || !home || box.ended || box.instance.generation !== generation || fails)
      throw new CcError("INSTANCE_START_FAILED", `The container of session ${sessionId} did not start.`);
    setPaused(sessionId, false);
    if (box.instance.running) return box.instance;
    box.instance = { ...box.instance, running: true };
    box.wrapper = startWrapper(deps, box.instance, home);
    return box.instance;
  }

  function setPaused(sessionId: SessionId, paused: boolean): void {
    const box = boxes.get(sessionId);
    if (!box?.instance.running) return;
    box.instance = { ...box.instance, paused };
    if (paused) box.wrapper?.freeze();
    else box.wrapper?.thaw();
  }

  function end(box: Box, detail: string): void {
    if (!box.instance.running) return;
    box.instance = { ...box.instance, running: false, paused: false };
    box.ended = true;
    box.wrapper?.kill();
    deps.notes.reached(box.instance, "ended");
    exits.report({ sessionId: box.instance.sessionId, generation: box.instance.generation, detail });
  }

  function discard(sessionId: SessionId): void {
    const box = boxes.get(sessionId);
    if (box) end(box, "exit code 137");
    boxes.delete(sessionId);
  }

  /** Files are no part of this world; whose they are is. */
  function copy(to: SessionId): boolean {
    homes.set(to, { items: [], lastNumber: 0, said: [] });
    return true;
  }

  /** Who answers is whoever listens where the session's wrapper does, and waits until somebody does. */
  async function openLink(sessionId: SessionId, signal: AbortSignal, life: Life) {
    for (;;) {
      signal.throwIfAborted();
      const pipe = boxes.get(sessionId)?.wrapper?.connect();
      if (pipe) {
        life.onDeath(pipe.break);
        return pipe.gatewayEnd;
      }
      await clock.sleep(random.between(3, 30));
    }
  }

  async function untilAborted(signal: AbortSignal, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve());
    await Promise.race([promise, clock.sleep(ms)]);
  }

  function runtimeOf(life: Life): Runtime {
    return {
      directories: NO_DIRECTORIES,
      check: () => life.call(() => request(() => undefined)),
      start: (spec, signal) => life.call(() => start(spec, signal, life)),
      copy: ({ from, to }, signal, onRead) =>
        life.call(async () => {
          await request(() => homes.delete(to));
          await untilAborted(signal, random.between(40, 3000));
          signal.throwIfAborted();
          const isWhole = await request(() => homes.has(from));
          onRead();
          return request(() => isWhole && copy(to), random.between(1, 1000));
        }),
      openLink: ({ sessionId }, signal) => life.call(() => openLink(sessionId, signal, life)),
      pause: (sessionId) => life.call(() => request(() => setPaused(sessionId, true))),
      unpause: (sessionId) => life.call(() => request(() => setPaused(sessionId, false))),
      stop: (sessionId) => life.call(() => request(() => discard(sessionId))),
      remove: (sessionId) =>
        life.call(async () => {
          await request(() => discard(sessionId));
          if (!life.isAlive) return;
          await request(() => homes.delete(sessionId));
        }),
      measure: () => life.call(() => request(() => ({ atMs: 1, cpuMs: 1, memoryBytes: 1 }))),
      list: () => life.call(() => request(() => [...boxes.values()].map(({ instance }) => instance))),
      listOwners: () => life.call(() => request(() => [...new Set([...boxes.keys(), ...homes.keys()])])),
      listActive: () => life.call(() => request(() => [...boxes.keys()])),
      onChange: (listener) => exits.onChange(life, listener),
      onExit: (listener: (exit: InstanceExit) => void) => exits.subscribe(life, listener),
      close: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  return {
    boxes,
    homes,
    startTrouble,
    runtimeOf,
    kill: (sessionId) => {
      const box = boxes.get(sessionId);
      if (box) end(box, "exit code 137");
    },
    meddle: (sessionId, paused) => {
      setPaused(sessionId, paused);
      exits.change();
    },
    leave: ({ takesBoxes }) => {
      isAway = true;
      if (takesBoxes) for (const box of boxes.values()) end(box, "the engine ended");
    },
    comeBack: () => {
      if (!isAway) return;
      isAway = false;
      exits.lookAgain();
    },
  };
}
