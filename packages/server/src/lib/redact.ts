/**
 * Takes the process's own secrets out of what others have written: each of their bytes becomes a `*`, so that lengths
 * stay as they were announced. Works on bytes, as they come; a character of several bytes is never torn.
 */
import { Transform } from "node:stream";

export type Redactor = {
  /** One more secret, from now on. Those of less than 8 bytes are left alone: they would be found everywhere. */
  add(secret: string): void;
  /** The text without the secrets that are whole in it. */
  text(text: string): string;
  /**
   * Bytes go in and come out without secrets, wherever they were cut. Of what comes in only an end that may be the
   * beginning of a secret waits for what follows, or for the stream's end: less than the longest secret, never a line's end.
   */
  stream(): Transform;
};

const MIN_BYTES = 8;
const MASK = "*".charCodeAt(0);

export function createRedactor(secrets: readonly string[] = []): Redactor {
  const spelled: string[] = [];
  const patterns: Buffer[] = [];

  /** As it is, and as it stands in JSON and in addresses. */
  function add(secret: string): void {
    const spellings = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
    const longEnough = [...new Set(spellings)].filter((text) => Buffer.byteLength(text) >= MIN_BYTES);
    spelled.push(...longEnough);
    patterns.push(...longEnough.map((text) => Buffer.from(text)));
  }

  function text(given: string): string {
    if (!spelled.some((secret) => given.includes(secret))) return given;
    return mask(Buffer.from(given), patterns).toString();
  }

  function stream(): Transform {
    let held: Buffer = Buffer.alloc(0);
    /** The same bytes, with the secrets masked that are whole by now: their ends may begin others. */
    let heldMasked = held;
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
        const found = mask(bytes, patterns);
        const masked = heldMasked.length === 0 ? found : overlay(heldMasked, found);
        const out = bytes.length - longestBeginning(bytes, patterns);
        held = bytes.subarray(out);
        heldMasked = masked.subarray(out);
        done(null, masked.subarray(0, out));
      },
      flush(done) {
        done(null, heldMasked);
      },
    });
  }

  for (const secret of secrets) add(secret);
  return { add, text, stream };
}

/** The same buffer where nothing is to be masked. All are looked for before any is masked: they may overlap. */
function mask(bytes: Buffer, patterns: readonly Buffer[]): Buffer {
  let masked = bytes;
  for (const pattern of patterns) {
    for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) {
      if (masked === bytes) masked = Buffer.from(bytes);
      masked.fill(MASK, at, at + pattern.length);
    }
  }
  return masked;
}

/** `masked`, which begins with what was held, and of that what was masked before. */
function overlay(heldMasked: Buffer, masked: Buffer): Buffer {
  const all = Buffer.from(masked);
  for (const [at, byte] of heldMasked.entries()) if (byte === MASK) all[at] = MASK;
  return all;
}

/** How many of the last bytes are the beginning of a secret that is not whole yet. */
function longestBeginning(bytes: Buffer, patterns: readonly Buffer[]): number {
  return Math.max(0, ...patterns.map((pattern) => beginningOf(pattern, bytes)));
}

/** Text mostly has not even the first byte. */
function beginningOf(pattern: Buffer, bytes: Buffer): number {
  for (let at = Math.max(0, bytes.length - pattern.length + 1); at < bytes.length; at += 1) {
    const length = bytes.length - at;
    if (bytes[at] === pattern[0] && pattern.compare(bytes, at, bytes.length, 0, length) === 0) return length;
  }
  return 0;
}
