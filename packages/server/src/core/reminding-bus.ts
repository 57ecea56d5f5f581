/**
 * A gateway that shares its store may die between a commit and its bells, and a bus between machines may lose them. Who
 * listens for one session looks again every so often, so that a lost ring delays and does not lose.
 */
import type { Clock } from "../lib/clock.ts";
import type { Bus, Listener, Topic } from "../ports/bus/bus.ts";

const REMIND_EVERY_MS = 15_000;
/** Says of no log how far it has got. */
const UNKNOWN = -1;

export function createRemindingBus(bus: Bus, clock: Clock): Bus {
  function subscribe(topic: Topic, listener: Listener): () => void {
    const unsubscribe = bus.subscribe(topic, listener);
    if (topic.endsWith(":*")) return unsubscribe; // who hears of all looks by itself: see reconcile
    let cancel = () => {};
    const remindLater = () => {
      cancel = clock.setTimer(REMIND_EVERY_MS, () => {
        remindLater();
        listener(topic, UNKNOWN);
      });
    };
    remindLater();
    return () => {
      cancel();
      unsubscribe();
    };
  }

  return { ...bus, subscribe };
}
