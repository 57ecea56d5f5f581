/**
 * What a person types, or a pipe brings, as entries: a line, several that a backslash at the end joins, or a pasted
 * text. What is typed while nothing is asked is kept and shown when something is.
 */
import { createInterface, type Interface } from "node:readline";
import type { Input, Terminal } from "../io.ts";
import { createGate } from "./gate.ts";

/** `yields`: whoever reads something fresh comes first, also when this one waits already. */
export type ReadOptions = { fresh?: boolean; yields?: boolean; signal: AbortSignal };

export type LineInput = {
  /** Whether a person types. */
  isTerminal: boolean;
  /**
   * The next entry, or `undefined` when there is none any more. With `fresh` nothing that was entered before it was
   * asked counts, where a person types: it was not meant as the answer, and is there again afterwards.
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
const YIELDED = Symbol("somebody else reads first");
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
  let yieldNow: (() => void) | undefined;
  /** How many wait for something fresh. */
  let urgent = 0;

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

  async function readNow(mark: string, { fresh = false, yields = false, signal }: ReadOptions) {
    if (fresh) urgent -= 1;
    signal.throwIfAborted();
    if (yields && urgent > 0) return YIELDED;
    const mustBeNew = fresh && gate !== undefined;
    if (!mustBeNew && entries.length > 0) return entries.shift();
    if (hasEnded) return undefined;
    const putBack = mustBeNew ? setAside() : undefined;
    gate?.open();
    showMark(lines, mark);
    const { promise, resolve, reject } = Promise.withResolvers<string | typeof YIELDED | undefined>();
    const onAbort = () => {
      waiting = undefined;
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort);
    waiting = resolve;
    if (yields)
      yieldNow = () => {
        waiting = undefined; // a line that comes from now on is for who is next
        resolve(YIELDED);
      };
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      waiting = yieldNow = undefined;
      gate?.close();
      putBack?.();
    }
  }

  /** What was typed, and not entered, before something is asked. @returns what puts it back */
  function setAside(): () => void {
    const [kept, typed] = [parts, lines.line];
    drop();
    return () => {
      parts = kept;
      if (typed !== "") lines.write(typed);
    };
  }

  /** Who asks while somebody else does waits, and one who yields goes behind who asks something fresh. */
  async function read(mark: string, options: ReadOptions): Promise<string | undefined> {
    for (;;) {
      if (options.fresh) {
        urgent += 1;
        yieldNow?.();
      }
      const answer = turn.then(() => readNow(mark, options));
      turn = answer.catch(() => undefined);
      const entry = await answer;
      if (entry !== YIELDED) return entry;
    }
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
