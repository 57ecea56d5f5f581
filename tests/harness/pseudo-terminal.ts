/** `ccd` as a person at a terminal has it: keys in, and the screen that an emulator makes of what comes out. */
import type { Settings } from "./install.ts";
import { CCD } from "./run-ccd.ts";
import { startPtyProgram } from "./terminal/pty-program.ts";
import { type Screen, showOnScreen } from "./terminal/screen.ts";
import { waitUntil } from "./wait-until.ts";

export type TerminalOptions = {
  args?: readonly string[];
  /** All that the program gets, besides PATH and TERM. */
  env: Settings;
  /** The directory it is started in; that of the tests when absent. */
  cwd?: string;
  columns?: number;
  rows?: number;
};

export type Terminal = AsyncDisposable &
  Pick<Screen, "waitFor" | "waitForNot"> & {
    /** The rows that are on the screen, without the spaces at their ends. */
    screen(): string;
    /** All bytes the program wrote. */
    written(): string;
    /** Waits until the program has written the text since the last such wait. @throws Error with what it wrote since */
    see(text: string): Promise<void>;
    /** Whether the program shows its own screen, not that of the shell. */
    isAlternate(): boolean;
    /**
     * Types each of them by itself, as a person does: none is taken for part of a paste, for the program has answered
     * the one before.
     * @throws Error with the screen, when one has no effect: the program neither writes nor ends
     */
    press(...keys: string[]): Promise<void>;
    /** Each character by itself. */
    type(text: string): Promise<void>;
    /** All at once, whatever the program makes of it. */
    send(text: string): void;
    /** As the terminal's own paste does it, in brackets where the program asked for them. */
    paste(text: string): void;
    resize(columns: number, rows: number): void;
    /** The program's exit code. */
    exited: Promise<number>;
  };

/** What the keys send that are no letters. */
export const KEYS = {
  enter: "\r",
  altEnter: "\x1b\r",
  esc: "\x1b",
  tab: "\t",
  shiftTab: "\x1b[Z",
  up: "\x1b[A",
  down: "\x1b[B",
  pageUp: "\x1b[5~",
  ctrlC: "\x03",
  ctrlD: "\x04",
  ctrlG: "\x07",
} as const;

const DEADLINE_MS = 60_000;

export function openCcd({ args = [], columns = 100, rows = 30, ...options }: TerminalOptions): Terminal {
  const program = startPtyProgram({ command: [process.execPath, CCD, ...args], columns, rows, ...options });
  const screen = showOnScreen(program);
  let [written, seen, hasEnded] = ["", 0, false];
  program.onData((text) => {
    written += text;
  });
  const exited = program.exited.then(async (exitCode) => {
    hasEnded = true;
    await screen.settled();
    return exitCode;
  });

  async function press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      const before = written.length;
      program.write(key);
      const what = `an effect of ${JSON.stringify(key)}`;
      await waitUntil(() => written.length > before || hasEnded, { what, deadlineMs: DEADLINE_MS }).catch(
        (error: Error) => {
          throw new Error(`${error.message}; the screen:\n${screen.text()}`, { cause: error });
        },
      );
    }
  }

  async function see(text: string): Promise<void> {
    const what = `${JSON.stringify(text)} to be written`;
    await waitUntil(() => written.includes(text, seen), { what, deadlineMs: DEADLINE_MS }).catch((error: Error) => {
      throw new Error(`${error.message}; there is ${JSON.stringify(written.slice(seen))}`, { cause: error });
    });
    seen = written.indexOf(text, seen) + text.length;
  }

  return {
    screen: screen.text,
    written: () => written,
    see,
    isAlternate: () => screen.emulator.buffer.active.type === "alternate",
    press,
    type: (text) => press(...Array.from(text)),
    send: program.write,
    paste: (text) => program.write(screen.emulator.modes.bracketedPasteMode ? `\x1b[200~${text}\x1b[201~` : text),
    resize(newColumns, newRows) {
      screen.emulator.resize(newColumns, newRows);
      program.resize(newColumns, newRows);
    },
    waitFor: screen.waitFor,
    waitForNot: screen.waitForNot,
    exited,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await exited;
      screen[Symbol.dispose]();
    },
  };
}
