/** The UI in lines, on the terminal's own screen: the sessions, what changes, and a chat in the one that is opened. */
import type { Client } from "@cc-docker/client";
import { EXIT_CODES, isCcError } from "@cc-docker/protocol";
import { type ChatInput, chat } from "../chat/chat.ts";
import { createLineInput, type LineInput } from "../chat/line-input.ts";
import { connectOrOffer } from "../first-run/connect-or-offer.ts";
import { findInterruption, type Io, type Screen } from "../io.ts";
import { formatFailure } from "../output/describe-error.ts";
import { printableLine } from "../output/printable.ts";
import { describeChanges, describeRow, findRow, type PlainRow } from "./plain-rows.ts";
import { watchRows } from "./watch-rows.ts";

const HELP = [
  "Type a session's number, name or id to open it: its chat begins, and /exit leads back here.",
  "n makes a new session in this directory, which asks before it changes something. ls lists all again. q leaves.",
  "What changes is told as it happens. Pause, stop and all else are commands: `ccd --help` in a shell.",
];
const LEFT = Symbol("left");

/** @returns the exit code. @throws CcError what `connectOrOffer` throws */
export async function runPlain(io: Io, screen: Screen): Promise<number> {
  const client = await connectOrOffer({ env: io.env, ...screen, signal: io.signal });
  while (client && !io.signal.aborted) {
    const chosen = await chooseSession(client, io);
    if (!chosen) break;
    await open(chosen, io);
  }
  return findInterruption(io.signal)?.exitCode ?? EXIT_CODES.ok;
}

/** What goes wrong with one session leaves the others. */
async function open(chosen: ChatInput, io: Io): Promise<void> {
  try {
    await chat(chosen, io);
  } catch (error) {
    if (!isCcError(error)) throw error;
    await io.stderr.write(formatFailure(error, { json: false, debug: false }));
  }
}

/** @returns what to chat in; `undefined` when the person leaves */
async function chooseSession(client: Client, io: Io): Promise<ChatInput | undefined> {
  const leaving = new AbortController();
  const signal = AbortSignal.any([io.signal, leaving.signal]);
  const leave = () => leaving.abort(LEFT);
  const input = createLineInput({ stdin: io.stdin, terminal: io.terminal, onInterrupt: leave });
  const say = createSay(input, io);
  const watched = watchRows({ client, signal, onLook: createTeller(say) });
  try {
    return await readChoice({ input, say, rows: watched.rows, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  } finally {
    leave();
    input.close();
  }
}

type Say = (...lines: readonly string[]) => Promise<void>;

/** Above what is being typed. */
function createSay(input: LineInput, { stderr }: Io): Say {
  return (...lines) => {
    const text = lines.map((line) => `${printableLine(line)}\n`).join("");
    return input.aside(
      () => stderr.write(text),
      async () => undefined,
    );
  };
}

/** All sessions at first; then what is another way. */
function createTeller(say: Say): (rows: readonly PlainRow[], isAway: boolean) => Promise<void> {
  let before: readonly PlainRow[] | undefined;
  let wasAway = false;
  return async (rows, isAway) => {
    if (isAway !== wasAway)
      await say(isAway ? "the gateway does not answer; reconnecting" : "the gateway answers again");
    wasAway = isAway;
    if (isAway) return;
    const lines = before ? describeChanges(before, rows) : listLines(rows);
    before = rows;
    if (lines.length > 0) await say(...lines);
  };
}

function listLines(rows: readonly PlainRow[]): string[] {
  const count = rows.length === 0 ? "No sessions; n makes one." : `${rows.length} of your sessions, newest first:`;
  return [count, ...rows.map(describeRow), "? tells what you can type."];
}

type Choosing = { input: LineInput; say: Say; rows: () => readonly PlainRow[]; signal: AbortSignal };

async function readChoice({ input, say, rows, signal }: Choosing): Promise<ChatInput | undefined> {
  for (;;) {
    const word = (await input.read("> ", { signal }))?.trim();
    if (word === undefined || word === "q") return undefined;
    if (word === "n") return {};
    const row = findRow(rows(), word);
    if (row) return { session: row.session.id };
    if (word === "ls") await say(...listLines(rows()));
    else if (word === "?") await say(...HELP);
    else if (word !== "") await say(`no session is meant by ${word}; ? tells what you can type`);
  }
}
