const TEXT = 0x81;
const [SHORT, LONG] = [126, 127];
/** Up to these many bytes a frame's head has one byte for the length, or two; and eight beyond. */
const [ONE_BYTE, TWO_BYTES] = [125, 0xffff];

/**
 * Texts as a server sends them over a WebSocket (RFC 6455, 5.2): a frame each, neither masked nor compressed, so that
 * the same bytes do for every socket.
 */
export function toTextFrames(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const payload = Buffer.from(text);
      return [headOf(payload.length), payload];
    }),
  );
}

function headOf(length: number): Buffer {
  if (length <= ONE_BYTE) return Buffer.from([TEXT, length]);
  const head = Buffer.alloc(length <= TWO_BYTES ? 4 : 10);
  head[0] = TEXT;
  head[1] = length <= TWO_BYTES ? SHORT : LONG;
  if (length <= TWO_BYTES) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
