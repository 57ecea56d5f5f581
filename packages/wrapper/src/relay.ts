/** Joins this process's stdin and stdout to the wrapper's socket, for engines whose files the gateway cannot reach. */
import { createConnection } from "node:net";

const RETRY_MS = 3;
/** The gateway's own deadline is shorter; this only ends a relay that everybody has forgotten. */
const GIVE_UP_AFTER_MS = 60_000;

/**
 * Dials until the wrapper listens. Once joined it never dials again, however the connection ends: the gateway may have
 * opened another pipe by then, and the wrapper would take this one for a newer.
 */
export function runRelay(socketPath: string, deadline = performance.now() + GIVE_UP_AFTER_MS): void {
  const socket = createConnection(socketPath);
  const onDialError = (error: Error) => {
    if (performance.now() > deadline) throw error;
    setTimeout(() => runRelay(socketPath, deadline), RETRY_MS);
  };
  socket.once("error", onDialError);
  socket.once("connect", () => {
    socket.off("error", onDialError);
    socket.on("error", () => process.exit(0));
    socket.once("close", () => process.exit(0));
    process.stdin.pipe(socket);
    socket.pipe(process.stdout);
  });
}
