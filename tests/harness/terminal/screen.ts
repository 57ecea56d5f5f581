/** What a terminal shows of what a program writes to it, by an emulator of one. */
import xterm from "@xterm/headless";
import { waitUntil } from "../wait-until.ts";
import type { PtyProgram } from "./pty-program.ts";

export type Screen = Disposable & {
  emulator: xterm.Terminal;
  /** The rows that are on the screen, without the spaces at their ends. */
  text(): string;
  /** @throws Error with the screen, when it does not come */
  waitFor(text: string | RegExp, deadlineMs?: number): Promise<string>;
  /** @throws Error with the screen, when it does not go */
  waitForNot(text: string | RegExp): Promise<void>;
  /** Resolves when all that was written until now is on the screen. */
  settled(): Promise<void>;
};

const DEADLINE_MS = 60_000;

/** Also answers what terminals are asked. */
export function showOnScreen(program: PtyProgram): Screen {
  const emulator = new xterm.Terminal({ cols: program.columns, rows: program.rows, allowProposedApi: true });
  program.onData((text) => emulator.write(text));
  emulator.onData((answer) => program.write(answer));

  function text(): string {
    const { active } = emulator.buffer;
    const line = (row: number) => active.getLine(active.baseY + row)?.translateToString(true, 0, emulator.cols) ?? "";
    return Array.from({ length: emulator.rows }, (_, row) => line(row)).join("\n");
  }

  const shows = (wanted: string | RegExp) =>
    typeof wanted === "string" ? text().includes(wanted) : wanted.test(text());

  async function until(holds: () => boolean, what: string, deadlineMs = DEADLINE_MS): Promise<void> {
    await waitUntil(holds, { what, deadlineMs }).catch((error: Error) => {
      throw new Error(`${error.message}; the screen:\n${text()}`, { cause: error });
    });
  }

  return {
    emulator,
    text,
    async waitFor(wanted, deadlineMs) {
      await until(() => shows(wanted), String(wanted), deadlineMs);
      return text();
    },
    waitForNot: (wanted) => until(() => !shows(wanted), `${String(wanted)} to go`),
    settled: () => new Promise((resolve) => emulator.write("", resolve)),
    [Symbol.dispose]: () => emulator.dispose(),
  };
}
