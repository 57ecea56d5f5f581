/**
 * WebSockets on the public listener: whoever is refused gets a plain HTTP answer, whoever is let in a socket of its
 * door. The rules for browsers hold here as for any request.
 */
import { type IncomingHttpHeaders, type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { CcError, ERRORS, type ErrorCode } from "@cc-docker/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import { inRequest } from "../lib/request-scope.ts";
import { createTextSocket, type TextSocket } from "../lib/text-socket.ts";
import { BEARER, CLOSE, closeFor, type Door, findDoor, noDoor, readKnock, type Serve } from "./doors.ts";
import { type BrowserRules, checkBrowser } from "./guard-browsers.ts";
import { requestIdOf, scopeOf } from "./request-ids.ts";

/** What a refused client is told. */
export type Refusal = { headers: Readonly<Record<string, string>>; body: string };
export type UpgradeRules = {
  doors: readonly Door[];
  browsers: BrowserRules;
  maxMessageBytes: number;
  /** How often a silent peer is asked whether it lives, in milliseconds. */
  beatMs: number;
  /** Anything thrown in the table's words; a defect as INTERNAL. */
  translate(error: unknown): CcError;
  refuse(url: string, error: CcError): Refusal;
  /**
   * Told of every client that was answered, in the scope of its request.
   * @param path of the door it asked at; "none" where there is none
   */
  onAnswered(path: string, status: number, refusal?: ErrorCode): void;
};

/** How long a peer may take to agree that the connection ends, or to take a refusal. */
const CLOSE_TIMEOUT_MS = 1000;
/** How long a stopping gateway waits for what it still owes to a peer. */
const FINISH_WITHIN_MS = 2000;
const SWITCHING = 101;

/** Other upgrades than to a WebSocket are none: the request is answered as if it had not asked. */
export function isWebSocket({ headers }: { headers: IncomingHttpHeaders }): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

type Served = { socket: TextSocket; finish(): Promise<unknown>; closed: Promise<unknown> };

/** @returns `close` ends all sockets and resolves when they are gone */
export function serveUpgrades(server: Server, rules: UpgradeRules): { close(): Promise<void> } {
  const { doors, browsers, beatMs, translate } = rules;
  let isStopping = false;
  const knocking = new Set<Promise<void>>();
  const served = new Set<Served>();
  const sockets = createSocketServer(rules.maxMessageBytes);
  sockets.on("wsClientError", ({ message }, wire, { url = "" }) =>
    refuse(url, wire, new CcError("REQUEST_INVALID", `${message}.`)),
  );

  async function answer(request: IncomingMessage, wire: Duplex, head: Buffer): Promise<void> {
    const { url = "", headers } = request;
    try {
      checkBrowser(headers, browsers);
      const door = findDoor(doors, url);
      if (!door) throw noDoor(url);
      const gone = closeSignal(wire);
      const serve = await door.enter(readKnock(door, request, gone));
      if (isStopping) throw new CcError("SERVER_STOPPING", "The gateway stops.");
      sockets.handleUpgrade(request, wire, head, (ws) => {
        rules.onAnswered(door.path, SWITCHING);
        const onDefect = (error: unknown) => void translate(error);
        track(ws, createTextSocket(ws, { wire, gone, beatMs, closeWith: CLOSE, onDefect }), serve);
      });
    } catch (error) {
      refuse(url, wire, translate(error));
    }
  }

  function track(ws: WebSocket, socket: TextSocket, serve: Serve): void {
    const closed = new Promise((resolve) => ws.once("close", resolve));
    const one = { socket, finish: serve(socket), closed };
    served.add(one);
    void closed.then(() => served.delete(one));
  }

  function refuse(url: string, wire: Duplex, error: CcError): void {
    const { http: status } = ERRORS[error.code];
    rules.onAnswered(findDoor(doors, url)?.path ?? "none", status, error.code);
    hangUp(wire, rules.refuse(url, error), status);
  }

  server.on("upgrade", (request: IncomingMessage, wire: Duplex, head: Buffer) => {
    wire.on("error", () => undefined); // it left
    const scope = scopeOf(requestIdOf(request), request.socket.remoteAddress);
    const knock = inRequest(scope, () => answer(request, wire, head)).finally(() => knocking.delete(knock));
    knocking.add(knock);
  });
  return {
    async close() {
      isStopping = true;
      await Promise.all(knocking);
      await Promise.all([...served].map(end));
    },
  };
}

function createSocketServer(maxPayload: number): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    maxPayload,
    perMessageDeflate: false, // memory of its own for each socket, and a zip bomb to look out for
    autoPong: false,
    clientTracking: false,
    ...({ closeTimeout: CLOSE_TIMEOUT_MS } as object), // its types do not know it
    handleProtocols: (offered) => (offered.has(BEARER) ? BEARER : false),
  });
}

async function end({ socket, finish, closed }: Served): Promise<void> {
  const owed = Promise.allSettled([socket.idle(), finish()]);
  await Promise.race([owed, closed, delay(FINISH_WITHIN_MS, undefined, { ref: false })]);
  closeFor(socket, CLOSE.stopping);
  await closed;
}

function closeSignal(wire: Duplex): AbortSignal {
  const gone = new AbortController();
  wire.once("close", () => gone.abort());
  return gone.signal;
}

/** @param wire is closed in a moment, whether the peer has read why or not */
function hangUp(wire: Duplex, { headers, body }: Refusal, status: number): void {
  const lines = { ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  const timer = setTimeout(() => wire.destroy(), CLOSE_TIMEOUT_MS);
  wire.once("close", () => clearTimeout(timer));
  wire.resume(); // what else it sends is not for us
  wire.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${head.join("")}\r\n${body}`);
}
