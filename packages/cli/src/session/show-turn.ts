/** One turn to its end: its events on the outputs, its end as an exit code or error. */
import type { Client } from "@cc-docker/client";
import { CcError, type Event, EXIT_CODES, endsSession, endsTurn, isErrorCode, type Turn } from "@cc-docker/protocol";
import { findInterruption, type Io } from "../io.ts";
import { createJsonViewer, createTextViewer } from "../output/event-viewer.ts";
import { followSession } from "./follow-session.ts";

/** The prompt is known, and how the turn ends is told by the exit code and the error. */
const SHOWN = ["text", "break", "tool", "note"] as const;

/** A script must not hang for ever on a gateway that does not come back. */
const GIVE_UP_AFTER_MS = 60_000;

export type ShowTurn = {
  json?: boolean | undefined;
  /** Events up to this `seq` are not looked at. */
  after?: number;
};

/**
 * The answer goes to stdout, the rest to stderr; with `json` every event goes to stdout. Events of other turns are not
 * shown, and those of the session itself only when they are part of how the turn goes.
 * @returns the exit code; that of the interruption when `io.signal` ended the watching
 * @throws CcError what the turn failed with
 */
export async function showTurn(client: Client, turn: Turn, { json, after = 0 }: ShowTurn, io: Io): Promise<number> {
  const viewer = json ? createJsonViewer(io) : createTextViewer({ answer: io.stdout, notes: io.stderr }, SHOWN);
  const { sessionId } = turn;
  const onAway = (message: string) => void viewer.note(message);
  try {
    const follow = { sessionId, after, signal: io.signal, onAway, giveUpAfterMs: GIVE_UP_AFTER_MS };
    for await (const event of followSession(client, follow)) {
      if (event.turnId !== undefined && event.turnId !== turn.id) continue;
      const isOver = endsTurn(event.type) || endsSession(event.type);
      if (json || !isOver) await viewer.show(event);
      if (isOver) return exitOf(event);
    }
  } finally {
    await viewer.finish();
  }
  return findInterruption(io.signal)?.exitCode ?? EXIT_CODES.defect;
}

/** The exit code of who waited for the turn that the event ends. @throws CcError what the turn failed with */
export function exitOf({ type, data }: Event): number {
  if (type === "turn.completed") return EXIT_CODES.ok;
  const { code, message } = (data as { error?: { code?: unknown; message?: unknown } }).error ?? {};
  if (isErrorCode(code)) throw new CcError(code, String(message));
  throw new CcError("SESSION_STOPPED", `The session ended before the turn did (${type}).`);
}
