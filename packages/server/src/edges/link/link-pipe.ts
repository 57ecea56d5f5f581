/**
 * HTTP/2 over the duplex to an instance. The wrapper is the client: each connection of something inside the instance
 * arrives here as one CONNECT stream, and its `:authority` names the door it is for.
 */
import { constants, performServerHandshake, type ServerHttp2Stream } from "node:http2";
import { Duplex } from "node:stream";
import { DOORS, type Door, LINK_WINDOW_BYTES } from "@cc-docker/protocol";

export type LinkPipe = {
  /** Resolves when the pipe has ended, for whatever reason. */
  closed: Promise<void>;
  close(): void;
};

type OnBytes = (bytes: { rxBytes: number; txBytes: number }) => void;

/** Where nobody wants traces there is no door for them, and who knocks is answered with 404. */
export type Doors = Record<Exclude<Door, "telemetry">, OpenDoor> & { telemetry?: OpenDoor };
type OpenDoor = (stream: Duplex) => void;

/** One instance must not use up the gateway. The wrapper lets fewer connections in than this. */
const MAX_STREAMS = 256;

/** `onBytes`: `rxBytes` went into the instance, `txBytes` came out of it. */
export function openLinkPipe(duplex: Duplex, doors: Doors, onBytes: OnBytes = () => {}): LinkPipe {
  const session = performServerHandshake(neverHoldUp(duplex, onBytes) as never, {
    settings: { initialWindowSize: LINK_WINDOW_BYTES, maxConcurrentStreams: MAX_STREAMS },
  });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  session.on("connect", () => session.setLocalWindowSize(LINK_WINDOW_BYTES));
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

/**
 * Node's HTTP/2 reads nothing while a write of its own waits for the other side. When both sides have more to say than
 * the kernel's buffers hold, both wait for ever. So this side's writes never wait: what the pipe does not take at once
 * is kept here, and the wrapper's window bounds it to LINK_WINDOW_BYTES. One side that always reads is enough.
 */
function neverHoldUp(pipe: Duplex, onBytes: OnBytes): Duplex {
  const duplex = new Duplex({
    read: () => void pipe.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      onBytes({ rxBytes: chunk.byteLength, txBytes: 0 });
      pipe.write(chunk);
      done();
    },
    final: (done) => void pipe.end(done),
    destroy: (error, done) => {
      pipe.destroy();
      done(error);
    },
  });
  pipe.on("data", (chunk: Buffer) => {
    onBytes({ rxBytes: 0, txBytes: chunk.byteLength });
    if (!duplex.push(chunk)) pipe.pause();
  });
  pipe.on("end", () => duplex.push(null));
  pipe.on("close", () => duplex.destroy());
  return duplex;
}

function openDoor(
  stream: ServerHttp2Stream,
  method: string | undefined,
  authority: string | undefined,
  doors: Doors,
): void {
  const door = DOORS.find((name) => name === authority);
  const open = door && doors[door];
  if (method !== "CONNECT" || !open) {
    stream.respond({ ":status": 404 }, { endStream: true });
    return;
  }
  stream.respond({ ":status": 200 });
  stream.on("aborted", () => stream.close(constants.NGHTTP2_CANCEL));
  open(stream);
}
