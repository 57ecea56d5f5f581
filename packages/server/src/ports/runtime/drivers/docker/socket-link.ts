import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { SessionId } from "@cc-docker/protocol";
import { systemClock } from "../../../../lib/clock.ts";
import { retry } from "../../../../lib/wait.ts";

/** The kernel's limit of a unix socket's path, with its end mark. */
const MAX_PATH_BYTES = 107;
/** A wrapper's start takes tens of milliseconds; asking this often costs nothing and adds at most as much. */
const RETRY_MS = 3;

export function socketPath(socketsDirectory: string, sessionId: SessionId): string {
  return join(socketsDirectory, sessionId, "s");
}

export function fitsSocketPath(socketsDirectory: string): boolean {
  const example = "00000000-0000-0000-0000-000000000000" as SessionId;
  return Buffer.byteLength(socketPath(socketsDirectory, example)) <= MAX_PATH_BYTES;
}

/** Connects as soon as somebody listens. Rejects with the last reason when `signal` ends the wait. */
export function connectSocket(path: string, signal: AbortSignal): Promise<Duplex> {
  return retry(() => connectOnce(path), { clock: systemClock, signal, delayMs: RETRY_MS });
}

function connectOnce(path: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = createConnection(path);
  socket.once("connect", () => {
    socket.off("error", reject);
    resolve(socket);
  });
  socket.once("error", reject);
  return promise;
}
