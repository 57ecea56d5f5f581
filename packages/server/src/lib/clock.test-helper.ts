/** A clock that stands still until the test moves it. */
import type { Clock } from "./clock.ts";

export type ManualClock = Clock & {
  /** Lets time pass; timers that are due run, those they set included. */
  advance(ms: number): void;
  /** Changes the wall's time, and nothing else. */
  setWall(ms: number): void;
  /** How many timers wait. */
  waiting(): number;
};

export function createManualClock(): ManualClock {
  const timers = new Map<symbol, { at: number; work: () => void }>();
  let nowMs = 0;
  let wallMs = Date.UTC(2026, 0, 1);

  function setTimer(ms: number, work: () => void): () => void {
    const key = Symbol("timer");
    timers.set(key, { at: nowMs + ms, work });
    return () => void timers.delete(key);
  }

  function advance(ms: number): void {
    const until = nowMs + ms;
    for (;;) {
      const due = [...timers].filter(([, { at }]) => at <= until).toSorted(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [key, { at, work }] = due;
      timers.delete(key);
      nowMs = at;
      work();
    }
    nowMs = until;
  }

  return {
    nowIso: () => new Date(wallMs + nowMs).toISOString(),
    monotonicMs: () => nowMs,
    setTimer,
    advance,
    setWall: (ms) => (wallMs = ms - nowMs),
    waiting: () => timers.size,
  };
}
