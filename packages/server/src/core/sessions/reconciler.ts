/** When store and runtime are compared: at the start, every so often, and soon after something is said to have changed. */
import type { Background } from "../../lib/background.ts";
import type { Clock } from "../../lib/clock.ts";

export type Reconciler = {
  /** Begins now, and again every so often. */
  start(): void;
  /** Something may have changed: a round comes soon, however often this is said. Before the start it means nothing. */
  look(): void;
  close(): void;
};

type ReconcilerDeps = { reconcile: () => Promise<void>; everyMs: number; clock: Clock; background: Background };

/** What changes together is looked at together. */
const LOOK_AFTER_MS = 100;
/** Whoever keeps changing things cannot keep the gateway busy. */
const LEAST_GAP_MS = 1000;

export function createReconciler({ reconcile, everyMs, clock, background }: ReconcilerDeps): Reconciler {
  let isBusy = false;
  let beganAt: number | undefined;
  /** What is said during a round may have come too late for it. */
  let again = false;
  let cancelNext = () => {};
  let cancelLook: (() => void) | undefined;

  function round(): void {
    cancelNext();
    cancelNext = clock.setTimer(everyMs, round);
    if (isBusy) return; // a slow engine must not gather rounds
    isBusy = true;
    again = false;
    beganAt = clock.monotonicMs();
    background.run("reconcile", () => reconcile().finally(end));
  }

  function end(): void {
    isBusy = false;
    if (again) look();
  }

  function start(): void {
    if (isBusy) again = true;
    round();
  }

  function look(): void {
    if (isBusy) again = true;
    if (beganAt === undefined || isBusy || cancelLook) return;
    const afterMs = Math.max(LOOK_AFTER_MS, beganAt + LEAST_GAP_MS - clock.monotonicMs());
    cancelLook = clock.setTimer(afterMs, () => {
      cancelLook = undefined;
      if (isBusy) again = true;
      else round();
    });
  }

  function close(): void {
    cancelNext();
    cancelLook?.();
  }

  return { start, look, close };
}
