/** A program as a person at a terminal has it: a real pseudo-terminal, and the screen that an emulator makes of it. */
import * as pty from "@lydell/node-pty";
import xterm from "@xterm/headless";
import type { Settings } from "./install.ts";
import { CCD } from "./run-ccd.ts";
import { waitUntil, within } from "./wait-until.ts";

export type TerminalOptions = {
  args?: readonly string[];
  /** All that the program gets, besides PATH and TERM. */
  env: Settings;
  /** The directory it is started in; that of the tests when absent. */
  cwd?: string;
  columns?: number;
  rows?: number;
};

export type Terminal = AsyncDisposable & {
  /** The rows that are on the screen, without the spaces at their ends. */
  screen(): string;
  /** All bytes the program wrote. */
  written(): string;
  /** Whether the program shows its own screen, not that of the shell. */
  isAlternate(): boolean;
  /** Types each of them by itself, as a person does: none is taken for part of a paste. */
  press(...keys: string[]): Promise<void>;
  /** Each character by itself. */
  type(text: string): Promise<void>;
  /** As the terminal's own paste does it, in brackets where the program asked for them. */
  paste(text: string): void;
  resize(columns: number, rows: number): void;
  /** @throws Error with the screen, when it does not come */
  waitFor(text: string | RegExp, deadlineMs?: number): Promise<string>;
  /** @throws Error with the screen, when it does not go */
  waitForNot(text: string | RegExp): Promise<void>;
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
  ctrlG: "\x07",
} as const;

const DEADLINE_MS = 60_000;

export function openCcd(options: TerminalOptions): Terminal {
  return openTerminal([process.execPath, CCD, ...(options.args ?? [])], options);
}

/** Whatever the program is: a shell, for one. */
function openTerminal(command: readonly string[], options: TerminalOptions): Terminal {
  const { env, cwd, columns: cols = 100, rows = 30 } = options;
  const [file = "", ...args] = command;
  const emulator = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  const program = pty.spawn(file, args, {
    cols,
    rows,
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", ...env },
  });
  let written = "";
  program.onData((data) => {
    written += data;
    emulator.write(data);
  });
  emulator.onData((answer) => program.write(answer)); // what terminals are asked, they answer
  const { promise: exited, resolve } = Promise.withResolvers<number>();
  program.onExit(({ exitCode }) => emulator.write("", () => resolve(exitCode))); // once all is on the screen

  function screen(): string {
    const { active } = emulator.buffer;
    const line = (row: number) => active.getLine(active.baseY + row)?.translateToString(true, 0, emulator.cols) ?? "";
    return Array.from({ length: emulator.rows }, (_, row) => line(row)).join("\n");
  }

  async function waitFor(text: string | RegExp, deadlineMs = DEADLINE_MS): Promise<string> {
    const holds = () => (typeof text === "string" ? screen().includes(text) : text.test(screen()));
    await waitUntil(holds, { what: String(text), deadlineMs }).catch((error: Error) => {
      throw new Error(`${error.message}; the screen:\n${screen()}`, { cause: error });
    });
    return screen();
  }

  async function press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      const before = written.length;
      program.write(key);
      // A program that shows what is typed has read it by then; one key must not meet the next in one read.
      await waitUntil(() => written.length > before, {
        what: `an effect of ${JSON.stringify(key)}`,
        deadlineMs: 2000,
      }).catch(() => undefined);
    }
  }

  async function dispose(): Promise<void> {
    program.kill("SIGKILL");
    await within(exited, { what: "the program to end" });
    emulator.dispose();
  }

  return {
    screen,
    written: () => written,
    isAlternate: () => emulator.buffer.active.type === "alternate",
    press,
    type: (text) => press(...Array.from(text)),
    paste: (text) => program.write(emulator.modes.bracketedPasteMode ? `\x1b[200~${text}\x1b[201~` : text),
    resize(columns, newRows) {
      emulator.resize(columns, newRows);
      program.resize(columns, newRows);
    },
    waitFor,
    async waitForNot(text) {
      const holds = () => !(typeof text === "string" ? screen().includes(text) : text.test(screen()));
      await waitUntil(holds, { what: `${String(text)} to go` }).catch((error: Error) => {
        throw new Error(`${error.message}; the screen:\n${screen()}`, { cause: error });
      });
    },
    exited,
    [Symbol.asyncDispose]: dispose,
  };
}
