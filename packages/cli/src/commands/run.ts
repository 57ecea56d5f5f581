/** `ccd run`: one prompt, one session, and nothing left behind unless asked for. */
import { text } from "node:stream/consumers";
import type { Client } from "@cc-docker/client";
import { CcError, type Event, endsSession, endsTurn, isErrorCode, type Turn } from "@cc-docker/protocol";
import { findInterruption, type Io } from "../io.ts";
import { EXIT_CODES } from "../output/exit-code.ts";
import { toJsonLine } from "../output/json.ts";
import { createPiecePrinter } from "../output/print-pieces.ts";
import { createRenderer } from "../output/render-event.ts";
import { connect } from "../server/connect.ts";
import { followSession } from "../session/follow-session.ts";
import { removeSession } from "../session/remove-session.ts";

export type RunInput = {
  prompt: string;
  model?: string;
  system?: string;
  keep?: boolean;
  detach?: boolean;
  json?: boolean;
};

/** A script must not hang for ever on a gateway that does not come back. */
const GIVE_UP_AFTER_MS = 60_000;

export async function run(input: RunInput, io: Io): Promise<number> {
  const prompt = input.prompt === "-" ? await readAll(io) : input.prompt;
  const client = await connect(io.env);
  const { model, system: systemPrompt } = input;
  const config = { ...(model !== undefined && { model }), ...(systemPrompt !== undefined && { systemPrompt }) };
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
    if (!isKept) await removeSession(client, id);
  }
}

async function announce(turn: Turn, { json }: RunInput, { stdout }: Io): Promise<number> {
  await stdout.write(json ? toJsonLine(turn) : `${turn.sessionId}\n`);
  return EXIT_CODES.ok;
}

/** @throws CcError what the turn failed with */
async function showTurn(client: Client, turn: Turn, input: RunInput, io: Io): Promise<number> {
  const show = input.json ? showJson(io) : showText(io);
  for await (const event of followSession(client, { sessionId: turn.sessionId, giveUpAfterMs: GIVE_UP_AFTER_MS }, io)) {
    await show(event);
    if ((endsTurn(event.type) && event.turnId === turn.id) || endsSession(event.type)) return exitOf(event);
  }
  if (input.keep) await io.stderr.write(`\nThe turn goes on: \`ccd logs -f ${turn.sessionId}\` follows it.\n`);
  return findInterruption(io.signal)?.exitCode ?? EXIT_CODES.bug;
}

function showJson({ stdout }: Io) {
  return (event: Event) => stdout.write(toJsonLine(event));
}

/** The answer on stdout; on stderr what the agent does meanwhile. How the turn ended is for the caller to tell. */
function showText({ stdout, stderr }: Io) {
  const renderer = createRenderer();
  const printer = createPiecePrinter({ answer: stdout, notes: stderr });
  return async (event: Event): Promise<void> => {
    if (endsTurn(event.type) || endsSession(event.type)) return printer.finish();
    for (const piece of renderer.render(event)) {
      if (piece.kind !== "prompt" && piece.kind !== "result") await printer.print(piece);
    }
  };
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
