/** `ccd attach` on a terminal of its own, as a person has it: keys in, bytes of the screen out. */
import { join } from "node:path";
import { startPtyProgram } from "../../../tests/harness/terminal/pty-program.ts";
import { withinSample } from "../or-abort.ts";

export type TerminalUi = AsyncDisposable & {
  pid: number;
  /** Milliseconds from the start of the process until the screen holds the text. */
  until(text: string): Promise<number>;
  /** Milliseconds from a key, a letter that nothing else on the screen has, until it is on the screen. */
  type(letter: string): Promise<number>;
  /** As a person does who sees the list of sessions. */
  leave(): Promise<void>;
};

const CCD = join(import.meta.dirname, "../../../packages/cli/dist/ccd.mjs");

export type TerminalUiOptions = { args: readonly string[]; env: Record<string, string>; signal: AbortSignal };

export function openTerminalUi({ args, env, signal }: TerminalUiOptions): TerminalUi {
  const startedAt = performance.now();
  const program = startPtyProgram({ command: [process.execPath, CCD, ...args], env, columns: 120, rows: 50 });

  /** Only what comes from now on is looked at. */
  function untilWritten(text: string): Promise<number> {
    const { promise: seen, resolve: onSeen, reject } = Promise.withResolvers<number>();
    let written = "";
    const stopListening = program.onData((text) => {
      written += text;
      if (written.includes(text)) onSeen(performance.now());
    });
    void program.exited.then(() => reject(new Error(`ccd ended before it showed ${JSON.stringify(text)}: ${written}`)));
    return withinSample(seen, signal).finally(stopListening);
  }

  async function type(letter: string): Promise<number> {
    const shown = untilWritten(letter);
    const pressedAt = performance.now();
    program.write(letter);
    return (await shown) - pressedAt;
  }

  return {
    pid: program.pid,
    until: async (text) => (await untilWritten(text)) - startedAt,
    type,
    async leave() {
      program.write("q");
      await withinSample(program.exited, signal);
    },
    [Symbol.asyncDispose]: program[Symbol.asyncDispose],
  };
}
