/**
 * JSON messages over a byte stream, one a line. Lines are cut on the byte 0x0A before anything is decoded, so a
 * character split over two chunks is never torn.
 */
const NEWLINE = 0x0a;

/** The longest line either side of the link accepts. Room for a message of MAX_AGENT_MESSAGE_BYTES with its envelope. */
export const MAX_LINK_LINE_BYTES = 16 * 1024 * 1024;

const encoder = new TextEncoder();

export function encodeLine(message: unknown): Uint8Array {
  return encoder.encode(`${JSON.stringify(message)}\n`);
}

export type LineReader = {
  /** Takes the next bytes and returns the lines they complete, decoded, without their ends; empty lines are dropped. */
  push(chunk: Uint8Array): string[];
};

/** @throws from `push`: RangeError when a line grows beyond `maxBytes`; the stream is of no use after that. */
export function createLineReader({ maxBytes }: { maxBytes: number }): LineReader {
  const decoder = new TextDecoder("utf-8");
  let parts: Uint8Array[] = [];
  let held = 0;

  function hold(part: Uint8Array): void {
    held += part.byteLength;
    if (held > maxBytes) throw new RangeError(`a line of more than ${maxBytes} bytes`);
    if (part.byteLength > 0) parts.push(part);
  }

  function takeLine(): string {
    const line = parts.length === 1 ? decoder.decode(parts[0]) : decoder.decode(join(parts, held));
    parts = [];
    held = 0;
    return line;
  }

  function push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      hold(chunk.subarray(start, end));
      lines.push(takeLine());
      start = end + 1;
    }
    hold(chunk.subarray(start));
    return lines.filter((line) => line !== "");
  }

  return { push };
}

function join(parts: Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
