/**
 * What a person types, or a pipe brings, as entries: a line, several that a backslash at the end joins, or a pasted
 * text. What is typed while nothing is asked is kept and shown when something is.
 */
import { createInterface, type Interface } from "node:readline";
import type { Input, Terminal } from "../io.ts";
import { createEntries } from "./entries.ts";
import { createGate } from "./gate.ts";
import { createReadingOrder, type Reader } from "./reading-order.ts";
import { watchPastes } from "./watch-pastes.ts";

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

export function createLineInput({ stdin, terminal, onInterrupt }: Options): LineInput {
  const gate = terminal && createGate(terminal);
  const lines = createInterface({ input: stdin, ...(gate && { output: gate.output }), terminal: gate !== undefined });
  const entries = createEntries();
  const readInOrder = createReadingOrder();
  const pastes = terminal && watchPastes(stdin, terminal);

  function read(mark: string, { fresh = false, yields = false, signal }: ReadOptions): Promise<string | undefined> {
    const mustBeNew = fresh && gate !== undefined;
    const readNow: Reader["read"] = async (onWait) => {
      const known = mustBeNew ? undefined : entries.shift();
      if (known !== undefined || entries.hasEnded()) return known;
      const putBack = mustBeNew ? setAside() : undefined;
      gate?.open();
      showMark(lines, mark);
      return await entries.next({ signal, onWait }).finally(() => {
        gate?.close();
        putBack?.();
      });
    };
    return readInOrder({ isUrgent: fresh, yields, signal, read: readNow });
  }

  /** What was typed, and not entered, before something is asked. @returns what puts it back */
  function setAside(): () => void {
    const typed = lines.line;
    const begun = entries.begin([]);
    eraseLine(lines);
    return () => {
      entries.begin(begun);
      if (typed !== "") lines.write(typed);
    };
  }

  async function aside(print: () => Promise<void>, finish: () => Promise<void>): Promise<void> {
    if (!gate?.isOpen()) return print();
    gate.wipeLine();
    await print();
    await finish();
    lines.prompt(true);
  }

  function drop(): boolean {
    const had = lines.line !== "";
    eraseLine(lines);
    return entries.begin([]).length > 0 || had;
  }

  function close(): void {
    pastes?.close();
    gate?.remove();
    lines.close();
  }

  lines.on("line", (line) => {
    if (entries.add(line, pastes?.isPasting() === true)) showMark(lines, CONTINUED);
  });
  lines.on("close", entries.end);
  lines.on("SIGINT", onInterrupt);
  return { isTerminal: gate !== undefined, read, aside, drop, close };
}

function eraseLine(lines: Interface): void {
  lines.write(null, { ctrl: true, name: "e" });
  lines.write(null, { ctrl: true, name: "u" });
}

/** Shown where lines are edited; what is typed already stays behind it. */
function showMark(lines: Interface, mark: string): void {
  if (!lines.terminal) return;
  lines.setPrompt(mark);
  lines.prompt(true);
}
