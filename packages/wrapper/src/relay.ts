/** Joins this process's stdin and stdout to the wrapper's socket, for engines whose files the gateway cannot reach. */
import { createConnection } from "node:net";

const RETRY_MS = 3;
/** The gateway's own deadline is shorter; this only ends a relay that everybody has forgotten. */
const GIVE_UP_AFTER_MS = 60_000;

export function runRelay(socketPath: string, deadline = performance.now() + GIVE_UP_AFTER_MS): void {
  const socket = createConnection(socketPath);
  socket.once("connect", () => {
    process.stdin.pipe(socket);
    socket.pipe(process.stdout);
  });
  socket.once("close", () => process.exit(0));
  socket.once("error", (error) => {
    socket.removeAllListeners("close");
    if (performance.now() > deadline) throw error;
    setTimeout(() => runRelay(socketPath, deadline), RETRY_MS);
  });
}
