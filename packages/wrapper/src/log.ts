import type { SessionId } from "@cc-docker/protocol";

const MAX_CHARS = 1000;

/** One JSON object a line on stderr, of the gateway's shape; the engine keeps the last of them. */
export function createLog(sessionId: SessionId, write = writeToStderr): (message: string) => void {
  return (message) => {
    const head = { timestamp: new Date().toISOString(), level: "INFO", service: "wrapper", session_id: sessionId };
    write(`${JSON.stringify({ ...head, message: message.slice(0, MAX_CHARS), extra: {} })}\n`);
  };
}

function writeToStderr(line: string): void {
  process.stderr.write(line);
}
