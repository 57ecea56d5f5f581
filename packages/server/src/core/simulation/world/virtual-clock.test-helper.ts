/** Time that moves only when nothing is left to run: an hour of it takes no longer than what happens in it. */
export type VirtualClock = {
  /** Milliseconds since the beginning. */
  readonly now: number;
  wallIso(): string;
  /** The wall's time jumps; nothing else does. */
  moveWall(ms: number): void;
  /** @returns what cancels it */
  after(ms: number, work: () => void): () => void;
  sleep(ms: number): Promise<void>;
  /** Lets all happen that is due within so many milliseconds. */
  pass(ms: number): Promise<void>;
};

type Timer = { at: number; work: () => void };

/** More than the works of one commit. */
const BREATHS = 32;
const BEGINNING = Date.parse("2026-01-01T00:00:00.000Z");

export function createVirtualClock(): VirtualClock {
  /** Ordered by time; of two at the same time the one set first is first. */
  const timers: Timer[] = [];
  let now = 0;
  let wallSkew = 0;
  let set = 0;

  function after(ms: number, work: () => void): () => void {
    const timer = { at: now + Math.max(0, ms), work };
    const place = timers.findIndex(({ at }) => at > timer.at);
    timers.splice(place === -1 ? timers.length : place, 0, timer);
    set += 1;
    return () => {
      const index = timers.indexOf(timer);
      if (index !== -1) timers.splice(index, 1);
    };
  }

  async function pass(ms: number): Promise<void> {
    const end = now + ms;
    for (;;) {
      await settle();
      const [next] = timers;
      if (!next || next.at > end) break;
      timers.shift();
      now = next.at;
      next.work();
    }
    now = end;
  }

  /**
   * Until promises have nothing more to do. The store takes a breath (`setImmediate`) between two works of a commit, and
   * every commit sets a timer of this clock: so nothing is left once some breaths pass without a new timer.
   */
  async function settle(): Promise<void> {
    let before: number;
    do {
      before = set;
      for (let breath = 0; breath < BREATHS; breath += 1) await new Promise((resolve) => setImmediate(resolve));
    } while (set !== before);
  }

  return {
    get now() {
      return now;
    },
    wallIso: () => new Date(BEGINNING + wallSkew + Math.floor(now)).toISOString(),
    moveWall: (ms) => void (wallSkew += ms),
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    pass,
  };
}
