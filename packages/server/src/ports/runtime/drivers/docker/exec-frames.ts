/** The engine's framing of attached output: one byte of kind, three of nothing, four of length, then the payload. */
const HEADER_BYTES = 8;

export type Frame = { stream: "stdout" | "stderr"; payload: Buffer };

export type FrameReader = {
  /** Takes the next bytes; returns payloads as they come, also parts of a frame whose rest has not arrived. */
  push(chunk: Buffer): Frame[];
};

export function createFrameReader(): FrameReader {
  let header = Buffer.alloc(0);
  let stream: Frame["stream"] = "stdout";
  let left = 0;

  function takeHeader(chunk: Buffer): Buffer {
    const missing = HEADER_BYTES - header.byteLength;
    header = Buffer.concat([header, chunk.subarray(0, missing)]);
    if (header.byteLength === HEADER_BYTES) {
      stream = header[0] === 2 ? "stderr" : "stdout";
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
    return chunk.subarray(missing);
  }

  function push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let rest = chunk;
    while (rest.byteLength > 0) {
      if (left === 0) {
        rest = takeHeader(rest);
        continue;
      }
      const payload = rest.subarray(0, left);
      left -= payload.byteLength;
      rest = rest.subarray(payload.byteLength);
      frames.push({ stream, payload });
    }
    return frames;
  }

  return { push };
}
