/** A program in a pseudo-terminal, whose screen can be drawn and whose output is kept with its times. */
import { setTimeout as delay } from "node:timers/promises";
import { type PtyOptions, startPtyProgram } from "../../tests/harness/terminal/pty-program.ts";
import { type Screen, showOnScreen } from "../../tests/harness/terminal/screen.ts";
import { toSvg } from "./screen-svg.ts";

const QUIET_MS = 600;
/** Between two keys of a person. */
const KEY_MS = 40;

/** Seconds since its start, and what the program wrote then. */
export type Written = readonly [seconds: number, text: string];

export type RecordedTerminal = AsyncDisposable &
  Pick<Screen, "text" | "waitFor"> & {
    columns: number;
    rows: number;
    written: readonly Written[];
    /** Types it, a key at a time, as fast as a person does. */
    type(text: string): Promise<void>;
    press(key: string): void;
    /** Resolves when the program has written nothing for a while. */
    settle(): Promise<void>;
    svg(): string;
    exited: Promise<number>;
  };

export function openRecordedTerminal(options: PtyOptions): RecordedTerminal {
  const program = startPtyProgram(options);
  const screen = showOnScreen(program);
  const startedAt = performance.now();
  const written: Written[] = [];
  program.onData((text) => written.push([(performance.now() - startedAt) / 1000, text]));
  return {
    columns: options.columns,
    rows: options.rows,
    written,
    text: screen.text,
    waitFor: screen.waitFor,
    async type(text) {
      for (const key of text) {
        program.write(key);
        await delay(KEY_MS);
      }
    },
    press: program.write,
    async settle() {
      for (let before = -1; before !== written.length; ) {
        before = written.length;
        await delay(QUIET_MS);
      }
    },
    svg: () => toSvg(screen.emulator),
    exited: program.exited,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      screen[Symbol.dispose]();
    },
  };
}
