/** One world a seed: its time, its chance, its store and engine, the gateways in it, and all that is noted of it. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, type Random } from "../../../lib/random.ts";
import type { Bus } from "../../../ports/bus/bus.ts";
import { openInProcessBus } from "../../../ports/bus/drivers/in-process.ts";
import { openSqliteStore } from "../../../ports/store/drivers/sqlite.ts";
import type { Store, StoreWriter } from "../../../ports/store/store.ts";
import { createEngine, type Engine } from "../engine/engine.test-helper.ts";
import { type Appends, createAppends } from "./note-appends.test-helper.ts";
import { createForks, type Forks } from "./note-forks.test-helper.ts";
import { createNotes, type Notes } from "./notes.test-helper.ts";
import { createTrace, type Trace } from "./trace.test-helper.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.test-helper.ts";

export type World = {
  clock: VirtualClock;
  /** Choices of one kind; the same kind is one stream. */
  random: (stream: string) => Random;
  newId: () => string;
  store: Store;
  bus: Bus;
  engine: Engine;
  trace: Trace;
  /** What tests do to the store, to see that it is found out. */
  sabotage: Sabotage;
  appends: Appends;
  notes: Notes;
  forks: Forks;
  /** Whether the database refuses, or has no space to write. */
  storeTrouble: { code: "STORE_UNAVAILABLE" | "STORE_FULL" | undefined };
  /** What must never happen and did. */
  defects: string[];
};

/** A file system in memory, where there is one: nothing here has to outlive its process. */
const MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export type Sabotage = (store: StoreWriter) => StoreWriter;

export async function openWorld(seed: number, sabotage: Sabotage = (store) => store): Promise<World & AsyncDisposable> {
  const clock = createVirtualClock();
  const streams = new Map<string, Random>();
  const random = (stream: string) => {
    const known = streams.get(stream) ?? createRandom(seed, stream);
    streams.set(stream, known);
    return known;
  };
  const trace = createTrace(clock);
  const defects: string[] = [];
  const { notes, noting } = createNotes(clock, defects);
  const newId = () => makeUuid(random("ids"));
  const directory = await mkdtemp(join(MEMORY, "cc-docker-simulation-"));
  const disk = random("disk");
  const store = await openSqliteStore({
    path: join(directory, "world.db"),
    openLog: () => ({
      beforeCommit: () => undefined,
      sync: () => clock.sleep(disk.between(0, 6)),
      endSync: async () => undefined,
    }),
  });
  const engine = createEngine({ clock, random: random("engine"), newId, notes: noting });
  const bus = openInProcessBus({ onError: (error) => defects.push(`a bus listener failed: ${String(error)}`) });
  async function close(): Promise<void> {
    await rm(directory, { recursive: true, force: true }); // the store is left open: a commit of it may wait for a time that never comes
  }
  const told = {
    sabotage,
    trace,
    defects,
    notes,
    forks: createForks(),
    appends: createAppends(clock),
    storeTrouble: { code: undefined },
  };
  return { clock, random, newId, store, bus, engine, ...told, [Symbol.asyncDispose]: close };
}

function makeUuid(random: Random): string {
  const hex = (digits: number) => Array.from({ length: digits }, () => random.between(0, 15).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}
