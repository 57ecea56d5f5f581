/** Choices that repeat: the same seed and stream give the same ones, whatever the other streams were asked. */
export type Random = {
  /** At least 0 and less than 1. */
  next: () => number;
  /** A whole number from `min` to `max`, both included. */
  between: (min: number, max: number) => number;
  pick: <T>(from: readonly [T, ...T[]]) => T;
};

const [FNV_OFFSET, FNV_PRIME] = [0x81_1c_9d_c5, 0x01_00_01_93];

export function createRandom(seed: number, stream: string): Random {
  let state = hash(`${seed} ${stream}`);

  /** Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  function next(): number {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const between = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return { next, between, pick: (from) => from[between(0, from.length - 1)] ?? from[0] };
}

/** FNV-1a, over the text's bytes. */
function hash(text: string): number {
  return Buffer.from(text).reduce((value, byte) => Math.imul(value ^ byte, FNV_PRIME), FNV_OFFSET);
}
