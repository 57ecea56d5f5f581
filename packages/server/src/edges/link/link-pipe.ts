/**
 * HTTP/2 over the duplex to an instance. The wrapper is the client: each connection of something inside the instance
 * arrives here as one CONNECT stream, and its `:authority` names the door it is for.
 */
import { constants, performServerHandshake, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { DOORS, type Door } from "@cc-docker/protocol";

export type LinkPipe = {
  /** Resolves when the pipe has ended, for whatever reason. */
  closed: Promise<void>;
  close(): void;
};

export type Doors = Record<Door, (stream: Duplex) => void>;

/** Enough for a fast stream over an exec relay's delay; the default of 64 KiB makes big messages crawl. */
const WINDOW_BYTES = 4 * 1024 * 1024;

export function openLinkPipe(duplex: Duplex, doors: Doors): LinkPipe {
  const session = performServerHandshake(duplex as never, { settings: { initialWindowSize: WINDOW_BYTES } });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  session.on("connect", () => session.setLocalWindowSize(WINDOW_BYTES));
  session.on("stream", (stream, headers) => {
    stream.on("error", () => stream.close()); // a broken stream ends alone; its door sees the end
    openDoor(stream, headers[":method"], headers[":authority"], doors);
  });
  session.on("close", () => resolve());
  session.on("error", () => session.destroy()); // a broken pipe is normal: the owner opens it again
  duplex.on("error", () => session.destroy());
  duplex.on("close", () => session.destroy());
  return { closed, close: () => session.destroy() };
}

function openDoor(
  stream: ServerHttp2Stream,
  method: string | undefined,
  authority: string | undefined,
  doors: Doors,
): void {
  const door = DOORS.find((name) => name === authority);
  if (method !== "CONNECT" || !door) {
    stream.respond({ ":status": 404 }, { endStream: true });
    return;
  }
  stream.respond({ ":status": 200 });
  stream.on("aborted", () => stream.close(constants.NGHTTP2_CANCEL));
  doors[door](stream);
}
