/**
 * The instance's end of the link. The gateway connects to our socket; over that one pipe we are the HTTP/2 client,
 * and each connection to a local door becomes a CONNECT stream. A broken pipe is normal: connections wait for the next.
 */
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { type Door, LINK_WINDOW_BYTES } from "@cc-docker/protocol";

export type Link = {
  /** Has others of the instance reach the gateway's collector of traces at that port of 127.0.0.1. */
  openTelemetry(port: number): void;
  close(): void;
};

export type LinkOptions = {
  socketPath: string;
  brokerPort: number;
  /** A new pipe is open; `control` is its control stream. */
  onControl: (control: Duplex) => void;
};

/** More than an agent with many helpers opens, and together fewer than the streams that the gateway takes. */
const MAX_CONNECTIONS = { broker: 200, telemetry: 20 };

export async function openLink({ socketPath, brokerPort, onControl }: LinkOptions): Promise<Link> {
  let session: ClientHttp2Session | undefined;
  const waiting = new Set<Socket>();

  function attach(pipe: Socket): void {
    session?.destroy(); // the gateway opened a new pipe: it has given the old one up
    const opened = connect("http://gateway", {
      createConnection: () => pipe,
      settings: { initialWindowSize: LINK_WINDOW_BYTES },
    });
    session = opened;
    opened.on("error", () => opened.destroy());
    opened.on("close", () => {
      if (session === opened) session = undefined;
    });
    opened.on("connect", () => opened.setLocalWindowSize(LINK_WINDOW_BYTES));
    onControl(openDoor(opened, "control"));
    for (const connection of [...waiting]) carry(connection);
  }

  function carry(connection: Socket): void {
    if (!session || session.destroyed) {
      waiting.add(connection);
      connection.on("close", () => waiting.delete(connection));
      return;
    }
    waiting.delete(connection);
    join(connection, openDoor(session, "broker"));
  }

  mkdirSync(dirname(socketPath), { recursive: true });
  rmSync(socketPath, { force: true });
  const pipes = await listen(createServer(attach), { path: socketPath });
  chmodSync(socketPath, 0o666); // the gateway may be any user; the directory decides who gets here
  const broker = await listen(createServer({ noDelay: true, allowHalfOpen: true }, carry), {
    host: "127.0.0.1",
    port: brokerPort,
  });

  broker.maxConnections = MAX_CONNECTIONS.broker;
  let telemetry: Server | undefined;

  /** Without a pipe it is not waited for: a span is worth nobody's time. */
  function tell(connection: Socket): void {
    connection.on("error", () => connection.destroy());
    if (!session || session.destroyed) connection.destroy();
    else join(connection, openDoor(session, "telemetry"));
  }

  function openTelemetry(port: number): void {
    telemetry ??= createServer({ noDelay: true, allowHalfOpen: true }, tell);
    telemetry.maxConnections = MAX_CONNECTIONS.telemetry;
    telemetry.on("error", () => undefined); // somebody of the instance has the port: there are no spans
    if (!telemetry.listening) telemetry.listen({ host: "127.0.0.1", port });
  }

  return {
    openTelemetry,
    close: () => {
      telemetry?.close();
      session?.destroy();
      pipes.close();
      broker.close();
    },
  };
}

function openDoor(session: ClientHttp2Session, door: Door): Duplex {
  const stream = session.request({ ":method": "CONNECT", ":authority": door }, { endStream: false });
  stream.on("error", () => stream.destroy());
  return stream;
}

/** Each direction ends by itself, after its last byte; a break of either side breaks the other. */
function join(connection: Socket, stream: Duplex): void {
  connection.on("error", () => stream.destroy());
  connection.on("close", () => connection.readableEnded || stream.destroy());
  stream.on("close", () => (stream.readableEnded ? connection.destroySoon() : connection.destroy()));
  connection.pipe(stream).pipe(connection);
}

function listen(server: Server, at: { path: string } | { host: string; port: number }): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  server.once("error", reject);
  server.listen(at, () => resolve(server));
  return promise;
}
