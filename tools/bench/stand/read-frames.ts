/** Reads what the engine multiplexes on an attached stream: 8 bytes of head (stream, 3 zeros, length), then the payload. */
const HEAD_BYTES = 8;
const STDOUT = 1;

export function createFrameReader(onStdout: (payload: Buffer) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + pending.readUInt32BE(4);
      if (pending.length < end) return;
      if (pending[0] === STDOUT) onStdout(pending.subarray(HEAD_BYTES, end));
      pending = pending.subarray(end);
    }
  };
}
