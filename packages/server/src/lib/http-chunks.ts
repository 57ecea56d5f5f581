/** Up to these many bytes: what is longer is for few, and not worth a copy. */
const MAX_SHARED_BYTES = 64 * 1024;

const shared = new WeakMap<Buffer, Buffer>();

/**
 * Bytes as a chunk of an HTTP/1.1 body (RFC 9112, 7.1): the same ones for the same bytes, so that a message to many is
 * framed once.
 * @returns undefined where there is nothing to send, which would end the body, or too much to be copied
 */
export function toHttpChunk(bytes: Buffer): Buffer | undefined {
  const known = shared.get(bytes);
  if (known || bytes.length === 0 || bytes.length > MAX_SHARED_BYTES) return known;
  const chunk = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
  shared.set(bytes, chunk);
  return chunk;
}
