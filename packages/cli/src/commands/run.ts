/** `ccd run`: one prompt, one session, and nothing left behind unless asked for. */
import { text } from "node:stream/consumers";
import type { Client } from "@cc-docker/client";
import {
  CcError,
  type Event,
  EXIT_CODES,
  endsSession,
  endsTurn,
  isErrorCode,
  MAX_PROMPT_BYTES,
  type SessionConfig,
  type Turn,
} from "@cc-docker/protocol";
import { findInterruption, type Io } from "../io.ts";
import { createJsonViewer, createTextViewer } from "../output/event-viewer.ts";
import { toJsonLine } from "../output/json.ts";
import { printableLine } from "../output/printable.ts";
import { connect } from "../server/connect.ts";
import { followSession } from "../session/follow-session.ts";
import { removeSession } from "../session/remove-session.ts";

export type RunInput = {
  prompt: string;
  model?: string;
  system?: string;
  ask?: boolean;
  keep?: boolean;
  detach?: boolean;
  json?: boolean;
};

/** The prompt is known, and how the turn ends is told by the exit code and the error. */
const SHOWN = ["text", "break", "tool", "note"] as const;

/** A script must not hang for ever on a gateway that does not come back. */
const GIVE_UP_AFTER_MS = 60_000;

export async function run(input: RunInput, io: Io): Promise<number> {
  const prompt = input.prompt === "-" ? await readAll(io) : input.prompt;
  checkPrompt(prompt);
  const client = await connect(io.env);
  const config = toConfig(input);
  // Not interruptible: the answer holds the id by which the session can be removed.
  const { id } = await client.sessions.create.mutate({ config });
  let isKept = false;
  try {
    const turn = await client.chat.send.mutate({ sessionId: id, prompt }, { signal: io.signal });
    isKept = Boolean(input.keep ?? input.detach);
    if (input.detach) return await announce(turn, input, io);
    if (isKept) await io.stderr.write(`session ${id}\n`);
    return await showTurn(client, turn, input, io);
  } finally {
    if (!isKept) await removeSession(client, id, (message) => void io.stderr.write(`${printableLine(message)}\n`));
  }
}

function toConfig({ model, system: systemPrompt, ask }: RunInput): SessionConfig {
  return {
    ...(model !== undefined && { model }),
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(ask && { permissionMode: "ask" }),
  };
}

/** Before there is a session to remove again. */
function checkPrompt(prompt: string): void {
  if (prompt.trim() === "") throw new CcError("PROMPT_EMPTY", "The prompt is empty.");
  const bytes = Buffer.byteLength(prompt);
  if (bytes > MAX_PROMPT_BYTES)
    throw new CcError("PROMPT_TOO_LARGE", `The prompt has ${bytes} bytes; ${MAX_PROMPT_BYTES} are allowed.`);
}

async function announce(turn: Turn, { json }: RunInput, { stdout }: Io): Promise<number> {
  await stdout.write(json ? toJsonLine(turn) : `${turn.sessionId}\n`);
  return EXIT_CODES.ok;
}

/** @throws CcError what the turn failed with */
async function showTurn(client: Client, turn: Turn, input: RunInput, io: Io): Promise<number> {
  const viewer = input.json ? createJsonViewer(io) : createTextViewer({ answer: io.stdout, notes: io.stderr }, SHOWN);
  const { sessionId } = turn;
  const onAway = (message: string) => void viewer.note(message);
  try {
    const follow = { sessionId, signal: io.signal, onAway, giveUpAfterMs: GIVE_UP_AFTER_MS };
    for await (const event of followSession(client, follow)) {
      const isOver = (endsTurn(event.type) && event.turnId === turn.id) || endsSession(event.type);
      if (input.json || !isOver) await viewer.show(event);
      if (isOver) return exitOf(event);
    }
  } finally {
    await viewer.finish();
  }
  if (input.keep) await io.stderr.write(`The turn goes on: \`ccd logs -f ${sessionId}\` follows it.\n`);
  return findInterruption(io.signal)?.exitCode ?? EXIT_CODES.bug;
}

function exitOf({ type, data }: Event): number {
  if (type === "turn.completed") return EXIT_CODES.ok;
  const { code, message } = (data as { error?: { code?: unknown; message?: unknown } }).error ?? {};
  if (isErrorCode(code)) throw new CcError(code, String(message));
  throw new CcError("SESSION_STOPPED", `The session ended before the turn did (${type}).`);
}

async function readAll({ stdin, signal }: Io): Promise<string> {
  const interrupted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  return Promise.race([text(stdin as AsyncIterable<never>), interrupted]);
}
