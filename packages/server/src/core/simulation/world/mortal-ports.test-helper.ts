/** Core's ports as one life has them: each use is a step of it. */
import type { Clock } from "../../../lib/clock.ts";
import type { Bus } from "../../../ports/bus/bus.ts";
import type { Store, StoreWriter } from "../../../ports/store/store.ts";
import type { Life } from "./life.test-helper.ts";
import type { VirtualClock } from "./virtual-clock.test-helper.ts";

type Around = (call: () => Promise<unknown>) => Promise<unknown>;

/** The same object with something around each of its functions, whichever there are. */
function wrapEach<Port extends object>(port: Port, around: Around): Port {
  const wrapped = Object.entries(port).map(([name, member]) => [
    name,
    typeof member === "function" ? (...input: unknown[]) => around(() => member(...input)) : member,
  ]);
  return Object.fromEntries(wrapped) as Port;
}

/** `outside`, `inside` a transaction: what the database does by itself before it answers: takes its time, or refuses. */
export function mortalStore(
  store: Store,
  life: Life,
  database: {
    isShared: boolean;
    outside: () => Promise<void>;
    inside: () => void;
    inTransaction: (tx: StoreWriter) => StoreWriter;
  },
): Store {
  const outside: Around = (use) => life.call(() => database.outside().then(use));
  const inside: Around = (use) =>
    life.callInTransaction(async () => {
      database.inside();
      return use();
    });
  const write: Store["write"] = (work) =>
    outside(() => store.write((tx) => work(wrapEach(database.inTransaction(tx), inside)))) as ReturnType<typeof work>;
  return { ...wrapEach(store, outside), isShared: database.isShared, write };
}

export function mortalBus(bus: Bus, life: Life): Bus {
  return {
    ...bus,
    publish: (topic, value) => {
      if (life.step()) bus.publish(topic, value);
    },
    subscribe: (topic, listener) => {
      const unsubscribe = bus.subscribe(topic, (...ring) => life.happen(() => listener(...ring)));
      life.onDeath(unsubscribe);
      return unsubscribe;
    },
  };
}

export function mortalClock(clock: VirtualClock, life: Life): Clock {
  return {
    nowIso: clock.wallIso,
    monotonicMs: () => clock.now,
    setTimer(ms, work) {
      let cancelled = false;
      const cancel = clock.after(ms, () => life.happen(() => void (cancelled || work())));
      return () => {
        cancelled = true;
        cancel();
      };
    },
  };
}
