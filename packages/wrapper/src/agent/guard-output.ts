/**
 * Stands between the agent's stdout and the SDK, which takes what comes there for its own CLI's: it would gather a line
 * without an end in memory, tear a message at U+2028, and break off at JSON that is no object. Whole messages of
 * bounded length pass; what is none is left out, and a message of its own says how much that was.
 */
import { Transform } from "node:stream";
import { MAX_AGENT_MESSAGE_BYTES } from "@cc-docker/protocol";

/** Longer than any message that the link carries; a longer one would not arrive whole anyway. */
const MAX_LINE_BYTES = 2 * MAX_AGENT_MESSAGE_BYTES;
/** So much without one message in between comes from something that is not Claude Code. */
const MAX_UNREADABLE = { lines: 1000, bytes: 4 * MAX_LINE_BYTES };
/** Enough for the beginning of a message, which names its kind. */
const HEAD_BYTES = 200;
const USUAL_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
const BLANK = /^\s*$/;
/** Line separators within JSON; the SDK's line reader cuts there, and JSON may spell them out. */
const SEPARATORS = /[\u2028\u2029]/g;
/** The SDK's own conversation with the CLI is no message: shortened, it would mean something else. */
const KIND = /^\s*\{\s*"type"\s*:\s*"(?!control_)([a-z][a-z_]{0,99})"/;

/** `onBroken`: too much came that cannot be read; nothing is to be hoped for from this process. */
export function guardOutput({ onBroken }: { onBroken: (reason: string) => void }): Transform {
  const line = createLine();
  const unreadable = { lines: 0, bytes: 0 };
  let broken = false;

  function leaveOut(bytes: number): void {
    unreadable.lines += 1;
    unreadable.bytes += bytes;
    if (broken || (unreadable.lines < MAX_UNREADABLE.lines && unreadable.bytes < MAX_UNREADABLE.bytes)) return;
    broken = true;
    onBroken(`it wrote ${unreadable.lines} lines (${unreadable.bytes} bytes) that are no messages`);
  }

  function pass(message: string): void {
    const { lines, bytes } = unreadable;
    if (lines > 0) guard.push(`${JSON.stringify({ type: "unreadable_output", lines, bytes })}\n`);
    Object.assign(unreadable, { lines: 0, bytes: 0 });
    guard.push(`${message}\n`);
  }

  function endLine(): void {
    const { text, bytes, isWhole } = line.take();
    if (!isWhole) {
      const [, type] = KIND.exec(text) ?? [];
      if (type) pass(JSON.stringify({ type, truncated: true, bytes }));
      else leaveOut(bytes);
    } else if (isMessage(text)) pass(text.replaceAll(SEPARATORS, spellOut));
    else if (!BLANK.test(text)) leaveOut(bytes);
  }

  const guard = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        line.add(chunk.subarray(start, end));
        endLine();
        start = end + 1;
      }
      line.add(chunk.subarray(start));
      done();
    },
    flush(done) {
      endLine();
      done();
    },
  });
  return guard;
}

/** The line that is being read. Of one that is too long only the beginning is kept. */
function createLine() {
  let kept = Buffer.alloc(USUAL_BYTES);
  let bytes = 0;

  /** Grows by doubling: an agent that writes byte by byte costs no more than another. */
  function makeRoom(wanted: number): void {
    if (wanted <= kept.byteLength) return;
    const larger = Buffer.alloc(Math.max(wanted, kept.byteLength * 2));
    kept.copy(larger, 0, 0, bytes);
    kept = larger;
  }

  return {
    add(part: Buffer): void {
      if (bytes + part.byteLength <= MAX_LINE_BYTES) {
        makeRoom(bytes + part.byteLength);
        part.copy(kept, bytes);
      } else {
        part.copy(kept, bytes, 0, Math.max(0, HEAD_BYTES - bytes));
        kept = Buffer.from(kept.subarray(0, HEAD_BYTES));
      }
      bytes += part.byteLength;
    },
    take(): { text: string; bytes: number; isWhole: boolean } {
      const isWhole = bytes <= MAX_LINE_BYTES;
      const taken = { text: kept.toString("utf8", 0, isWhole ? bytes : HEAD_BYTES), bytes, isWhole };
      if (kept.byteLength !== USUAL_BYTES) kept = Buffer.alloc(USUAL_BYTES);
      bytes = 0;
      return taken;
    },
  };
}

function isMessage(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function spellOut(separator: string): string {
  return separator === "\u2028" ? "\\u2028" : "\\u2029";
}
