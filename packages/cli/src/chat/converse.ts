/** Prompt, answer, prompt: what a chat is between its first line and its last. */
import type { Client } from "@cc-docker/client";
import { type Event, EXIT_CODES, type SessionId } from "@cc-docker/protocol";
import { findInterruption, type Io } from "../io.ts";
import { type Asked, readApproval } from "../output/describe-approval.ts";
import { exitOf } from "../session/show-turn.ts";
import { type Asker, createAsker } from "./asker.ts";
import { createLineInput, type LineInput } from "./line-input.ts";
import { createPrompter, type Prompter } from "./prompter.ts";
import { createScreen, type Screen } from "./screen.ts";
import { watchSession } from "./watch-session.ts";

export type Chat = {
  sessionId: SessionId;
  /** Events up to this `seq` are not shown. */
  after: number;
  /** What waits for an answer already. */
  asked: readonly Asked[];
  json: boolean;
  /** Told of every prompt that is accepted. */
  onSent: () => void;
};

const HELP = [
  "A line is a prompt; a backslash at its end goes on with the next. A pasted text is one prompt, sent with Enter.",
  "Ctrl-C ends the running turn; pressed again it leaves. /exit and Ctrl-D leave. /help shows this.",
];
/** Where nobody types, the gateway is not waited for without end. */
const GIVE_UP_AFTER_MS = 60_000;
const LEFT = Symbol("left");

/**
 * @returns the exit code
 * @throws CcError what the gateway refuses; where nobody types, what the first turn that fails failed with
 */
export async function converse(client: Client, chat: Chat, io: Io): Promise<number> {
  const leaving = new AbortController();
  const signal = AbortSignal.any([io.signal, leaving.signal]);
  const parts = openParts(client, chat, { io, signal, leave: (why = LEFT) => leaving.abort(why) });
  try {
    await talk(parts, chat.asked, signal);
    return EXIT_CODES.ok;
  } catch (error) {
    if (error === LEFT) return EXIT_CODES.ok;
    const interruption = findInterruption(io.signal);
    if (!interruption) throw error;
    return interruption.exitCode;
  } finally {
    leaving.abort(LEFT);
    await parts.screen.finish();
    parts.input.close();
  }
}

type Parts = { input: LineInput; screen: Screen; asker: Asker; prompter: Prompter; interrupts: Interrupts };
type Leaving = { io: Io; signal: AbortSignal; leave: (why?: unknown) => void };

/** All that a chat is made of, wired; the session is followed from now on. */
function openParts(client: Client, { sessionId, after, json, onSent }: Chat, { io, signal, leave }: Leaving): Parts {
  const keys = { onInterrupt: () => undefined as void };
  const input = createLineInput({ stdin: io.stdin, terminal: io.terminal, onInterrupt: () => keys.onInterrupt() });
  const screen = createScreen(input, io, json);
  const asker = createAsker({ client, input, say: screen.say, signal, onEnd: leave, onFailure: leave });
  const watch = watchSession({
    ...{ client, sessionId, after, signal },
    ...(!input.isTerminal && { giveUpAfterMs: GIVE_UP_AFTER_MS }),
    onAway: (message) => void screen.say(message),
    onFailure: leave,
    show: (event) => showOrAsk(event, screen, asker),
  });
  const prompter = createPrompter({ client, sessionId, watch, signal, onSent });
  const interrupts = createInterrupts({ prompter, screen, drop: input.drop, leave });
  keys.onInterrupt = interrupts.take;
  return { input, screen, asker, prompter, interrupts };
}

async function showOrAsk(event: Event, screen: Screen, asker: Asker): Promise<void> {
  const { asked, over } = readApproval(event);
  await screen.show(event);
  if (asked) void asker.ask(asked);
  if (over !== undefined) asker.forget(over);
}

/** Until a person leaves, or a pipe ends. */
async function talk(parts: Parts, asked: readonly Asked[], signal: AbortSignal): Promise<void> {
  const { input, screen, asker, interrupts } = parts;
  await Promise.all(asked.map((one) => asker.ask(one)));
  for (;;) {
    const entry = await input.read("> ", { yields: true, signal });
    const word = entry?.trim();
    interrupts.forget();
    if (entry === undefined || word === "/exit") return;
    if (word === "/help") for (const line of HELP) await screen.say(line);
    else if (word !== "") await takeTurn(parts, entry);
  }
}

async function takeTurn({ input, screen, prompter }: Parts, prompt: string): Promise<void> {
  const end = await prompter.send(prompt);
  await screen.finish();
  if (!input.isTerminal) exitOf(end);
}

type Interrupts = { take(): void /** Something was entered: the next Ctrl-C is a first one again. */; forget(): void };
type InterruptDeps = { prompter: Prompter; screen: Screen; drop: () => boolean; leave: (why?: unknown) => void };

/** Ctrl-C: drops what is typed, else ends the running turn; another one leaves. */
function createInterrupts({ prompter, screen, drop, leave }: InterruptDeps): Interrupts {
  let count = 0;
  function take(): void {
    if (!prompter.isBusy() && drop()) return;
    count += 1;
    if (count > 1) return leave();
    if (prompter.isBusy()) prompter.interrupt().catch(leave);
    else void screen.say("Ctrl-C again leaves, and so does Ctrl-D");
  }
  return {
    take,
    forget: () => {
      count = 0;
    },
  };
}
