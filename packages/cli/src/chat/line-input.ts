/**
 * What a person types, or a pipe brings, as entries: a line, several that a backslash at the end joins, or a pasted
 * text. What is typed while nothing is asked is kept and shown when something is.
 */
import { createInterface, type Interface } from "node:readline";
import type { Input, Terminal } from "../io.ts";
import { createGate } from "./gate.ts";

export type ReadOptions = { fresh?: boolean; signal: AbortSignal };

export type LineInput = {
  /** Whether a person types. */
  isTerminal: boolean;
  /**
   * The next entry, or `undefined` when there is none any more. With `fresh` nothing that was entered before it was
   * asked counts, where a person types: it was not meant as the answer.
   * @throws the reason of `signal`
   */
  read(mark: string, options: ReadOptions): Promise<string | undefined>;
  /** Runs `print`; while something is asked also `finish`, so that what is being typed stands below it. */
  aside(print: () => Promise<void>, finish: () => Promise<void>): Promise<void>;
  /** Drops what is typed and not yet entered. @returns whether there was any */
  drop(): boolean;
  close(): void;
};

type Options = {
  stdin: Input;
  /** Where lines are edited; absent where nobody types. */
  terminal: Terminal | undefined;
  /** Ctrl-C in a terminal, which is no signal while lines are edited. */
  onInterrupt: () => void;
};

const CONTINUED = "… ";
const PASTE = { on: "\x1b[?2004h", off: "\x1b[?2004l" };

export function createLineInput({ stdin, terminal, onInterrupt }: Options): LineInput {
  const gate = terminal && createGate(terminal);
  const lines = createInterface({ input: stdin, ...(gate && { output: gate.output }), terminal: gate !== undefined });
  const entries: string[] = [];
  let parts: string[] = [];
  let isPasting = false;
  let hasEnded = false;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting: ((entry: string | undefined) => void) | undefined;

  function take(line: string): void {
    const isContinued = !isPasting && line.endsWith("\\");
    parts.push(isContinued ? line.slice(0, -1) : line);
    if (isPasting || isContinued) return showMark(lines, CONTINUED);
    give(parts.join("\n"));
    parts = [];
  }

  /** A pipe brings many at once, and only the first is for who waits. */
  function give(entry: string): void {
    const resolve = waiting;
    waiting = undefined;
    if (resolve) resolve(entry);
    else entries.push(entry);
  }

  function end(): void {
    hasEnded = true;
    if (parts.length > 0) give(parts.join("\n"));
    parts = [];
    waiting?.(undefined);
  }

  async function readNow(mark: string, { fresh = false, signal }: ReadOptions) {
    signal.throwIfAborted();
    const mustBeNew = fresh && gate !== undefined;
    if (!mustBeNew && entries.length > 0) return entries.shift();
    if (hasEnded) return undefined;
    gate?.open();
    showMark(lines, mark);
    try {
      return await new Promise<string | undefined>((resolve, reject) => {
        waiting = resolve;
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    } finally {
      waiting = undefined;
      gate?.close();
    }
  }

  /** Who asks while somebody else does waits. */
  function read(mark: string, options: ReadOptions): Promise<string | undefined> {
    const answer = turn.then(() => readNow(mark, options));
    turn = answer.catch(() => undefined);
    return answer;
  }

  async function aside(print: () => Promise<void>, finish: () => Promise<void>): Promise<void> {
    if (!gate?.isOpen()) return print();
    gate.wipeLine();
    await print();
    await finish();
    lines.prompt(true);
  }

  function drop(): boolean {
    const had = parts.length > 0 || lines.line !== "";
    parts = [];
    lines.write(null, { ctrl: true, name: "e" });
    lines.write(null, { ctrl: true, name: "u" });
    return had;
  }

  function close(): void {
    terminal?.write(PASTE.off);
    lines.close();
  }

  lines.on("line", take);
  lines.on("close", end);
  lines.on("SIGINT", onInterrupt);
  if (terminal) {
    terminal.write(PASTE.on);
    stdin.on("keypress", (_text: unknown, key: { name?: string } | undefined) => {
      if (key?.name === "paste-start") isPasting = true;
      if (key?.name === "paste-end") isPasting = false;
    });
  }
  return { isTerminal: gate !== undefined, read, aside, drop, close };
}

/** Shown where lines are edited; what is typed already stays behind it. */
function showMark(lines: Interface, mark: string): void {
  if (!lines.terminal) return;
  lines.setPrompt(mark);
  lines.prompt(true);
}
