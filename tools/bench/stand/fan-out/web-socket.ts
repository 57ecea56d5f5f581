/** As much of RFC 6455 as a subscriber that only listens needs. */

export const UPGRADE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** Says that the peer lives, asked or not. */
export const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

const TEXT = 0x81;
const MASKED = 0x80;

/** One message to the server, of fewer than 126 bytes or fewer than 64 KiB. The mask is nought: it changes nothing. */
export function toFrame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const { length } = payload;
  const head = length < 126 ? [TEXT, MASKED | length] : [TEXT, MASKED | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}
