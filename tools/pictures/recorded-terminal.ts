/** A program in a pseudo-terminal, whose screen can be drawn and whose output is kept with its times. */
import { setTimeout as delay } from "node:timers/promises";
import * as pty from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { toSvg } from "./screen-svg.ts";

const DEADLINE_MS = 60_000;
const LOOK_EVERY_MS = 50;
const QUIET_MS = 600;

/** Seconds since its start, and what the program wrote then. */
export type Written = readonly [seconds: number, text: string];

export type RecordedTerminal = Disposable & {
  columns: number;
  rows: number;
  written: readonly Written[];
  /** Resolves when the screen shows it. @throws Error with the screen when it does not */
  waitFor(text: string | RegExp): Promise<void>;
  /** Types it, a key at a time, as fast as a person does. */
  type(text: string): Promise<void>;
  press(key: string): void;
  /** Resolves when the program has written nothing for a while. */
  settle(): Promise<void>;
  svg(): string;
  exited: Promise<void>;
};

type Options = { command: readonly string[]; env: Record<string, string>; cwd: string; columns: number; rows: number };

export function openRecordedTerminal({ command, env, cwd, columns, rows }: Options): RecordedTerminal {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const [file = "", ...args] = command;
  const program = pty.spawn(file, args, { cols: columns, rows, cwd, env });
  const startedAt = performance.now();
  const written: Written[] = [];
  program.onData((text) => {
    written.push([(performance.now() - startedAt) / 1000, text]);
    emulator.write(text);
  });
  emulator.onData((answer) => program.write(answer)); // what terminals are asked, they answer
  const exited = new Promise<void>((resolve) => program.onExit(() => resolve()));

  function screen(): string {
    const { active } = emulator.buffer;
    const lines = Array.from({ length: rows }, (_, row) => active.getLine(active.baseY + row));
    return lines.map((line) => line?.translateToString(true) ?? "").join("\n");
  }

  async function waitFor(text: string | RegExp): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(typeof text === "string" ? screen().includes(text) : text.test(screen()))) {
      if (Date.now() > deadline) throw new Error(`the screen does not show ${String(text)}:\n${screen()}`);
      await delay(LOOK_EVERY_MS);
    }
  }

  return {
    columns,
    rows,
    written,
    waitFor,
    async type(text) {
      for (const key of text) {
        program.write(key);
        await delay(40);
      }
    },
    press: (key) => program.write(key),
    async settle() {
      for (let before = -1; before !== written.length; ) {
        before = written.length;
        await delay(QUIET_MS);
      }
    },
    svg: () => toSvg(emulator),
    exited,
    [Symbol.dispose]() {
      program.kill("SIGKILL");
      emulator.dispose();
    },
  };
}
